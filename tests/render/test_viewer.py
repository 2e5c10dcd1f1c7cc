"""What a user chose, and the pictures that come of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import blazon as bz
from blazon.ingest.entity_path import EntityPath
from blazon.render.cameras import Bounds
from blazon.render.cameras3d import Eye
from blazon.render.offscreen import Offscreen
from blazon.render.playback import Playback
from blazon.render.shot import make_look
from blazon.render.viewer import Viewer

SIZE = 200, 100
RED, GREEN = (255, 0, 0, 255), (0, 255, 0, 255)


def street() -> bz.Recording:
    """A mask, one half of each class, a box of class 2, and a ball in space."""
    recording = bz.Recording("street")
    recording.log("/", bz.AnnotationContext([(1, "road", RED[:3]), (2, "car", GREEN[:3])]), static=True)
    ids = np.ones((100, 200), np.uint8)
    ids[:, 100:] = 2
    for frame in range(3):
        recording.set_time("frame", sequence=frame)
        recording.log("cam/mask", bz.SegmentationImage(ids))
        recording.log("cam/boxes", bz.Boxes2D(centers=[[50, 50]], half_sizes=[[20, 10 + frame]], class_ids=2))
    return recording


def viewer_of(*recordings: bz.Recording) -> Viewer:
    return Viewer(recordings, None, make_look(*SIZE), Playback())


@pytest.fixture
def draw(screen: Callable[..., Offscreen]) -> Callable[[Viewer], np.ndarray]:
    shown = screen(*SIZE)

    def draw(viewer: Viewer) -> np.ndarray:
        shot = viewer.shot(*SIZE, 1.0)
        assert shot is not None
        picture, scene = shown.draw(shot)
        viewer.keep_framings(shot, scene.views)
        return picture

    return draw


def test_classes_are_hidden_and_shown_alone(draw: Callable[[Viewer], np.ndarray]) -> None:
    viewer = viewer_of(street())
    assert tuple(draw(viewer)[90, 10]) == RED
    viewer.toggle_class((1, "road"))
    assert tuple(draw(viewer)[90, 10]) != RED
    assert tuple(draw(viewer)[90, 150]) == GREEN
    viewer.toggle_class((1, "road"))
    viewer.solo_class((1, "road"))
    assert tuple(draw(viewer)[90, 10]) == RED
    assert tuple(draw(viewer)[90, 150]) != GREEN
    viewer.solo_class((1, "road"))
    viewer.toggle_class((2, "car"))
    viewer.show_all_classes()
    assert tuple(draw(viewer)[90, 150]) == GREEN


def test_entities_are_hidden_with_what_lies_below_them(draw: Callable[[Viewer], np.ndarray]) -> None:
    viewer = viewer_of(street())
    before = draw(viewer)
    viewer.toggle_entity(EntityPath.parse("cam/boxes"))
    without = draw(viewer)
    assert tuple(before[40, 50]) == GREEN
    assert tuple(without[40, 50]) == RED
    viewer.toggle_entity(EntityPath.parse("cam"))
    assert (draw(viewer) == draw(viewer)[0, 0]).all()
    viewer.toggle_entity(EntityPath.parse("cam"))
    viewer.toggle_entity(EntityPath.parse("cam/boxes"))
    np.testing.assert_array_equal(draw(viewer), before)


def test_masks_are_drawn_with_a_share_of_their_opacity(draw: Callable[[Viewer], np.ndarray]) -> None:
    viewer = viewer_of(street())
    whole = draw(viewer)[90, 150].astype(int)
    viewer.mask_share = 0.0
    assert tuple(draw(viewer)[90, 150]) == (0x0D, 0x10, 0x11, 255)
    viewer.mask_share = 0.5
    half = draw(viewer)[90, 150].astype(int)
    assert (half < whole)[1]
    assert half[1] > 0x10 + 50


def test_a_view_goes_on_showing_what_it_shows(draw: Callable[[Viewer], np.ndarray]) -> None:
    recording = bz.Recording("points")
    for frame in range(2):
        recording.set_time("frame", sequence=frame)
        recording.log("p", bz.Points2D([[0, 0], [10 + 10 * frame, 5]]))
    viewer = viewer_of(recording)
    draw(viewer)
    key = (EntityPath.parse("p"), "2d")
    first = viewer.choices.framings[key]
    viewer.playback.step(recording, 1)
    draw(viewer)
    assert viewer.choices.framings[key] == first
    viewer.frame(key, None)
    draw(viewer)
    assert viewer.choices.framings[key] != first
    viewer.frame(key, Bounds(0, 0, 1, 1))
    recording.log("p", bz.Boxes2D(half_sizes=[[1, 1]]))  # something of another kind: what was moved stays
    assert viewer.shot(*SIZE, 1.0).look.fitted == {key: Bounds(0, 0, 1, 1)}


def test_eyes_are_kept_for_each_view(draw: Callable[[Viewer], np.ndarray]) -> None:
    recording = bz.Recording("space")
    recording.log("p", bz.Points3D([[0, 0, 0], [1, 1, 1]], colors=[RED, RED]))
    viewer = viewer_of(recording)
    before = draw(viewer)
    (key,) = viewer.choices.framings
    eye = viewer.choices.framings[key]
    assert isinstance(eye, Eye)
    viewer.frame(key, Eye((0, 0, 50), (0, 0, 0)))
    after = draw(viewer)
    assert (before != after).any()
    viewer.frame(key, eye)
    np.testing.assert_array_equal(draw(viewer), before)


def test_recordings_are_chosen_opened_and_closed() -> None:
    first, second = street(), bz.Recording("second")
    viewer = viewer_of(first)
    assert viewer.recording is first
    viewer.open(second)
    assert viewer.recording is second
    viewer.choose(None)
    assert viewer.recording is first
    viewer.close(first)
    assert viewer.recordings == [second]
    viewer.close(second)
    assert viewer.recording is None
    assert viewer.shot(*SIZE, 1.0) is None


def test_the_newest_of_a_stream_is_shown_and_followed() -> None:
    with bz.serve(port=0) as live:
        viewer = Viewer([], live, make_look(*SIZE), Playback())
        assert viewer.recording is None
        live._recordings["a", "1"] = first = street()
        assert viewer.recording is first
        assert viewer.playback.is_following
        viewer.playback.follow(viewer.recording)
        live._recordings["a", "2"] = second = street()
        assert viewer.recording is second
        assert viewer.playback.is_following
        viewer.choose(first)
        assert viewer.recording is first
        assert not viewer.playback.is_following
        live._recordings["a", "3"] = third = street()  # a program that starts after that is the one shown
        assert viewer.recording is third


def test_what_the_command_line_hid_can_be_shown_again(draw: Callable[[Viewer], np.ndarray]) -> None:
    look = make_look(*SIZE, hide=["road", 2])
    viewer = Viewer([street()], None, look, Playback())
    empty = tuple(draw(viewer)[90, 10])
    assert empty not in (RED, GREEN)
    assert tuple(draw(viewer)[90, 150]) == empty
    viewer.toggle_class((2, "car"))
    assert tuple(draw(viewer)[90, 150]) == GREEN
    assert tuple(draw(viewer)[90, 10]) == empty
    viewer.show_all_classes()
    assert tuple(draw(viewer)[90, 10]) == RED


def test_bounds_of_the_command_line_are_where_views_begin(draw: Callable[[Viewer], np.ndarray]) -> None:
    viewer = Viewer([street()], None, make_look(*SIZE, bounds=(100, 0, 200, 50)), Playback())
    assert tuple(draw(viewer)[50, 100]) == GREEN
    (key,) = viewer.choices.framings
    assert viewer.choices.framings[key] == Bounds(100, 0, 200, 50)
    viewer.frame(key, Bounds(0, 0, 40, 20))
    assert tuple(draw(viewer)[50, 100]) == RED


def test_a_class_gets_another_colour_wherever_it_is(draw: Callable[[Viewer], np.ndarray]) -> None:
    viewer = viewer_of(street())
    viewer.recolor((2, "car"), -1, 0x3060C0FF)
    picture = draw(viewer)
    assert tuple(picture[90, 150]) == (0x30, 0x60, 0xC0, 255)  # the mask
    assert tuple(picture[40, 50]) == (0x30, 0x60, 0xC0, 255)  # the box
    assert tuple(picture[90, 10]) == RED
    viewer.recolor((2, "car"), -1, None)
    assert tuple(draw(viewer)[90, 150]) == GREEN


def test_a_colour_is_of_an_id_with_its_label(draw: Callable[[Viewer], np.ndarray]) -> None:
    recording = bz.Recording("two contexts")
    for side, label in enumerate(("cat", "dog")):
        recording.log(f"{side}", bz.AnnotationContext([(1, label, RED[:3])]), static=True)
        recording.log(
            f"{side}/box", bz.Boxes2D(centers=[[100 * side, 0]], half_sizes=[[40, 40]], class_ids=1), static=True
        )
        recording.log(f"{side}/fill", bz.Points2D([[100 * side, 0]], radii=20, class_ids=1), static=True)
    viewer = viewer_of(recording)
    viewer.recolor((1, "dog"), -1, 0x0000FFFF)
    viewer.recolor((1, ""), -1, 0x00FFFFFF)
    picture = draw(viewer)
    assert (picture == RED).all(axis=-1).any()
    assert (picture == (0, 0, 255, 255)).all(axis=-1).any()
    assert not (picture == (0, 255, 255, 255)).all(axis=-1).any()
    viewer.toggle_class((1, "cat"))
    picture = draw(viewer)
    assert not (picture == RED).all(axis=-1).any()
    assert (picture == (0, 0, 255, 255)).all(axis=-1).any()


def test_keypoints_and_ids_without_a_context_get_colours(draw: Callable[[Viewer], np.ndarray]) -> None:
    recording = bz.Recording("pose")
    person = bz.ClassDescription(
        info=(1, "person", (250, 250, 0)),
        keypoint_annotations=[(0, "nose"), (1, "eye", (0, 250, 250))],
        keypoint_connections=[(0, 1)],
    )
    recording.log("/", bz.AnnotationContext([person]), static=True)
    recording.log("p", bz.Points2D([[0, 0], [100, 0]], radii=12, class_ids=1, keypoint_ids=[0, 1]), static=True)
    recording.log("q", bz.Points2D([[50, 40]], radii=12, class_ids=9), static=True)
    viewer = viewer_of(recording)
    blue, white, pink = (0, 0, 200, 255), (240, 240, 240, 255), (240, 20, 160, 255)
    for name, keypoint, color in (((1, "person"), -1, blue), ((1, "person"), 1, white), ((9, ""), -1, pink)):
        viewer.recolor(name, keypoint, int.from_bytes(bytes(color), "big"))
    picture = draw(viewer)
    for color in (blue, white, pink):
        assert (picture == color).all(axis=-1).sum() > 100
    assert not (picture[..., :3] == (250, 250, 0)).all(axis=-1).any()


def test_colours_are_kept_for_each_application() -> None:
    first, second = street(), bz.Recording("kitchen")
    viewer = viewer_of(first, second)
    viewer.recolor((2, "car"), -1, 0x3060C0FF)
    viewer.choose(second)
    assert not viewer.remembered.colors
    viewer.choose(first)
    assert viewer.remembered.colors == {((2, "car"), -1): 0x3060C0FF}


def test_a_class_beside_the_one_that_is_alone(draw: Callable[[Viewer], np.ndarray]) -> None:
    viewer = viewer_of(street())
    viewer.solo_class((1, "road"))
    viewer.toggle_class((2, "car"))
    assert tuple(draw(viewer)[90, 150]) == GREEN
    assert tuple(draw(viewer)[90, 10]) == RED
    viewer.toggle_class((2, "car"))
    assert tuple(draw(viewer)[90, 150]) != GREEN


def test_a_class_past_what_annotations_hold_gets_a_colour(draw: Callable[[Viewer], np.ndarray]) -> None:
    recording = bz.Recording("wide")
    ids = np.zeros((100, 200), np.uint64)
    ids[:, 100:] = 2**40
    recording.log("mask", bz.SegmentationImage(ids), static=True)
    viewer = viewer_of(recording)
    before = tuple(draw(viewer)[50, 50])
    viewer.recolor((2**40, ""), -1, 0x00FF40FF)
    picture = draw(viewer)
    assert tuple(picture[50, 150]) == (0, 255, 64, 255)
    assert tuple(picture[50, 50]) == before
