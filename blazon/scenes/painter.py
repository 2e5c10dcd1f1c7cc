"""Paints the street: what a camera would see, and the class of each of its pixels. Shapes go into both at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageDraw

from blazon.scenes.actors import HEIGHT, PEOPLE, VEHICLES, WIDTH, Vehicle
from blazon.scenes.classes import BUILDING, BUS, MARKING, PERSON, POLE, ROAD, SIDEWALK, SKY, VEGETATION

Color = tuple[int, int, int]
CURB = 404
_LIMBS = ((5, 7), (7, 9), (6, 8), (8, 10), (11, 13), (13, 15), (12, 14), (14, 16))
_GLASS: Color = (168, 190, 204)
_TROUSERS: Color = (43, 46, 60)
_SKIN: Color = (206, 164, 136)


class Painter:
    """Paints at one size. The still parts of the street are painted once."""

    def __init__(self, width: int, height: int) -> None:
        self.scale = np.array([width / WIDTH, height / HEIGHT])
        self._picture = Pillow.new("RGB", (width, height))
        self._ids = Pillow.new("L", (width, height))
        self._paint_scenery()
        self._still = self._picture, self._ids

    def paint(self, seconds: float) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Return the picture, uint8 (h, w, 3), and its class ids, uint8 (h, w), at a time."""
        self._picture, self._ids = (each.copy() for each in self._still)
        people = sorted(PEOPLE, key=lambda each: each[0].feet_y)
        for person, shirt in people:
            if person.feet_y < CURB:
                self._paint_person(person.keypoints(seconds), person.height, shirt)
        for vehicle in sorted(VEHICLES, key=lambda each: each.base_y):
            self._paint_vehicle(vehicle, seconds)
        for person, shirt in people:
            if person.feet_y >= CURB:
                self._paint_person(person.keypoints(seconds), person.height, shirt)
        return np.asarray(self._picture), np.asarray(self._ids)

    def _paint_scenery(self) -> None:
        for y in range(0, CURB, 2):  # the sky pales towards the horizon
            t = y / CURB
            self._box((0, y, WIDTH, y + 2), (int(98 + 110 * t), int(150 + 66 * t), int(206 + 26 * t)), SKY)
        self._paint_houses()
        for x, y, radius in ((150, 322, 44), (196, 336, 34), (676, 326, 40), (1120, 320, 48), (1076, 340, 30)):
            self._box((x - 5, y, x + 5, 386), (92, 72, 58), VEGETATION)
            self._ellipse((x - radius, y - radius * 1.2, x + radius, y + radius * 0.8), (82, 124, 70), VEGETATION)
        self._box((0, 380, WIDTH, CURB), (176, 172, 164), SIDEWALK)
        self._box((0, CURB, WIDTH, 600), (84, 86, 92), ROAD)
        self._box((0, 600, WIDTH, HEIGHT), (186, 180, 172), SIDEWALK)
        self._box((0, 600, WIDTH, 606), (150, 146, 140), SIDEWALK)
        for x in range(-40, WIDTH, 150):
            self._polygon([(x, 486), (x + 84, 486), (x + 76, 494), (x - 10, 494)], (228, 226, 218), MARKING)
        for x in range(60, WIDTH, 160):  # the paving's joints
            self._line([(x, 606), (x - 60, HEIGHT)], (166, 160, 152), 2, SIDEWALK)
        for x in (250, 830, 1215):
            self._box((x, 196, x + 7, 392), (70, 74, 80), POLE)
            self._box((x - 42, 196, x + 7, 202), (70, 74, 80), POLE)

    def _paint_houses(self) -> None:
        walls: list[Color] = [(178, 140, 118), (146, 150, 160), (196, 178, 148), (128, 118, 126), (164, 152, 142)]
        tops = [120, 64, 148, 92, 170, 110, 78]
        for i, top in enumerate(tops):
            left = i * 190 - 30
            self._box((left, top, left + 184, 384), walls[i % len(walls)], BUILDING)
            for x in range(left + 22, left + 160, 44):
                for y in range(top + 24, 330, 48):
                    self._box((x, y, x + 22, y + 28), (92, 110, 128) if (x * 7 + y) % 5 else (236, 214, 150), BUILDING)

    def _paint_vehicle(self, vehicle: Vehicle, seconds: float) -> None:
        left, top, right, bottom = vehicle.box(seconds)
        wide, high = vehicle.width, vehicle.height
        self._ellipse((left - 4, bottom - 10, right + 4, bottom + 5), (58, 60, 66), ROAD)
        if vehicle.class_id == BUS:
            self._box((left, top, right, bottom - high * 0.1), vehicle.paint, vehicle.class_id)
            for i in range(5):
                x = left + wide * (0.05 + i * 0.185)
                self._box((x, top + high * 0.16, x + wide * 0.155, top + high * 0.5), _GLASS, vehicle.class_id)
        else:
            middle = top + high * 0.45
            cabin = [(left + wide * at, y) for at, y in ((0.14, middle), (0.28, top), (0.72, top), (0.88, middle))]
            self._polygon(cabin, vehicle.paint, vehicle.class_id)
            glass = [
                (left + wide * at, y) for at, y in ((0.2, middle), (0.31, top + 6), (0.69, top + 6), (0.81, middle))
            ]
            self._polygon(glass, _GLASS, vehicle.class_id)
            self._box((left, middle, right, bottom - high * 0.12), vehicle.paint, vehicle.class_id)
        for at in (0.2, 0.8):  # wheels
            x, r = left + wide * at, high * 0.2
            self._ellipse((x - r, bottom - 2 * r, x + r, bottom), (30, 31, 34), vehicle.class_id)
            self._ellipse((x - r / 2, bottom - 1.5 * r, x + r / 2, bottom - r / 2), (150, 152, 156), vehicle.class_id)

    def _paint_person(self, pose: NDArray[np.float64], height: float, shirt: Color) -> None:
        for a, b in _LIMBS:
            color = shirt if a < 9 else _TROUSERS
            self._line([tuple(pose[a]), tuple(pose[b])], color, height * (0.05 if a < 9 else 0.07), PERSON)
        self._polygon([tuple(pose[i] + (0, dy)) for i, dy in ((5, -3), (6, -3), (12, 4), (11, 4))], shirt, PERSON)
        self._line(
            [tuple(pose[5]), tuple(pose[6]), tuple(pose[12]), tuple(pose[11]), tuple(pose[5])],
            shirt,
            height * 0.06,
            PERSON,
        )
        x, y = pose[:5].mean(axis=0)
        self._ellipse((x - height * 0.055, y - height * 0.075, x + height * 0.055, y + height * 0.07), _SKIN, PERSON)

    def _box(self, box: tuple[float, float, float, float], color: Color, class_id: int) -> None:
        left, top, right, bottom = box
        self._polygon([(left, top), (right, top), (right, bottom), (left, bottom)], color, class_id)

    def _polygon(self, points: list[tuple[float, float]], color: Color, class_id: int) -> None:
        at = self._pixels(points)
        ImageDraw.Draw(self._picture).polygon(at, fill=color)
        ImageDraw.Draw(self._ids).polygon(at, fill=class_id)

    def _ellipse(self, box: tuple[float, float, float, float], color: Color, class_id: int) -> None:
        at = self._pixels([box[:2], box[2:]])
        ImageDraw.Draw(self._picture).ellipse(at, fill=color)
        ImageDraw.Draw(self._ids).ellipse(at, fill=class_id)

    def _line(self, points: list[tuple[float, float]], color: Color, width: float, class_id: int) -> None:
        at, thick = self._pixels(points), max(1, round(width * float(self.scale.min())))
        ImageDraw.Draw(self._picture).line(at, fill=color, width=thick, joint="curve")
        ImageDraw.Draw(self._ids).line(at, fill=class_id, width=thick, joint="curve")

    def _pixels(self, points: list[tuple[float, float]]) -> list[tuple[float, float]]:
        return [(x, y) for x, y in (np.array(points) * self.scale).tolist()]
