"""Writes the small fonts that the tests write with: `fonts/*.ttf`, beside this file, by hand.

    apt-get download fonts-lohit-deva fonts-droid-fallback
    for each in *.deb; do dpkg -x $each fonts; done
    python tests/assets/make_fonts.py fonts

Each is a subset of a font of Debian 12, under the licence of that font, which lies beside it. What shaping needs is
kept; hinting is not, which is most of a font.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset

FONTS = {  # name -> where it is in Debian's packages, and the texts that it can write
    "devanagari": ("usr/share/fonts/truetype/lohit-devanagari/Lohit-Devanagari.ttf", "क्षत्रिय हिन्दी ज्ञान श्री"),
    "chinese": ("usr/share/fonts-droid-fallback/truetype/DroidSansFallback.ttf", "行人 自行车 红绿灯 汽车，猫。"),
}


def main() -> None:
    """Write all of them. The first word says where the packages were unpacked."""
    unpacked, folder = Path(sys.argv[1]), Path(__file__).parent / "fonts"
    folder.mkdir(exist_ok=True)
    for name, (source, texts) in FONTS.items():
        path = folder / f"{name}.ttf"
        words = [f"--text={texts}", "--layout-features=*", "--no-hinting", "--name-IDs=*", "--notdef-outline"]
        subset.main([str(unpacked / source), *words, f"--output-file={path}"])
        print(f"{path}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
