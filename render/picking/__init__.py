"""What lies under a pixel of a picture: of masks the class, of instances who they are. Asks recordings; no GL."""

from blazon.render.picking.found import Found, Pick
from blazon.render.picking.picker import Picker, view_under

__all__ = ["Found", "Pick", "Picker", "view_under"]
