"""Draws a person: strengths, pose, camera and light in, pictures and projected landmarks out.

OpenGL 3.3 through EGL: a graphics card where there is one, Mesa's software rasterizer elsewhere. No display needed.
"""

from __future__ import annotations

from dataclasses import dataclass

import moderngl
import numpy as np
from numpy.typing import NDArray

from fedn.errors import TrainingError
from training.synthetic import shading
from training.synthetic.facekit import LANDMARKS, FaceKit, Floats
from training.synthetic.person import Person

_PIVOT = np.array([0.0, -7.0, 0.0], np.float32)  # where the head turns on the neck, centimeters
_WRINKLE_SHAPES = {
    "w_glabella": (("browDown_L", "browDown_R"),),
    "w_forehead": (("browInnerUp_L", "browInnerUp_R", "browOuterUp_L", "browOuterUp_R"),),
    "w_nose": (("noseSneer_L", "noseSneer_R"),),
    "w_nasolabial": (
        ("mouthSmile_R", "mouthUpperUp_R", "noseSneer_R"),
        ("mouthSmile_L", "mouthUpperUp_L", "noseSneer_L"),
    ),
    "w_crow": (("cheekSquint_R", "eyeSquint_R", "cheekRaiser_R"), ("cheekSquint_L", "eyeSquint_L", "cheekRaiser_L")),
    "w_chin": (("mouthShrugLower",), ("mouthShrugLower",)),
}


@dataclass(frozen=True)
class Scene:
    """Camera, light and background of one clip. Colors are linear RGB.

    Attributes:
        size: (width, height) in pixels.
        focal_px: focal length in pixels; distance_cm: from the camera to the middle of the face.
        background: (h, w, 3) uint8 picture, stretched over the frame.
    """

    size: tuple[int, int]
    focal_px: float
    distance_cm: float
    key_direction: NDArray[np.float32]
    key_color: NDArray[np.float32]
    fill_direction: NDArray[np.float32]
    fill_color: NDArray[np.float32]
    sky_color: NDArray[np.float32]
    ground_color: NDArray[np.float32]
    background: NDArray[np.uint8]


@dataclass(frozen=True)
class Motion:
    """T frames. `pose` is (T, 6): yaw, pitch, roll in radians, then x, y, z shift in centimeters."""

    strengths: Floats  # (T, 57)
    pose: Floats  # (T, 6)


def rotation(yaw: float, pitch: float, roll: float) -> Floats:
    cy, sy, cp, sp, cr, sr = np.cos(yaw), np.sin(yaw), np.cos(pitch), np.sin(pitch), np.cos(roll), np.sin(roll)
    around_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    around_x = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    around_z = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    return (around_y @ around_x @ around_z).astype(np.float32)


def head_view(pose: Floats, scene: Scene) -> Floats:
    """4x4 matrix from head to camera coordinates (camera looks along -z)."""
    turn = rotation(*pose[:3])
    view = np.eye(4, dtype=np.float32)
    view[:3, :3] = turn
    view[:3, 3] = _PIVOT - turn @ _PIVOT + pose[3:] + [0.0, 0.0, -scene.distance_cm]
    return view


def project(points: Floats, view: Floats, scene: Scene) -> Floats:
    """Pixels (N, 2) of head points (N, 3), origin at the top left corner."""
    camera = points @ view[:3, :3].T + view[:3, 3]
    width, height = scene.size
    depth = -camera[:, 2:]
    pixels = camera[:, :2] / depth * scene.focal_px * [1, -1] + [width / 2, height / 2]
    return pixels.astype(np.float32)


class Renderer:
    """Owns the OpenGL context and the buffers of one topology and one picture size. Use from one thread."""

    def __init__(self, kit: FaceKit, size: tuple[int, int], samples: int = 4) -> None:
        try:
            self._context = moderngl.create_context(standalone=True, backend="egl")  # pyright: ignore[reportArgumentType]
        except Exception as error:
            raise TrainingError(
                f"no OpenGL to render faces with; install libegl1 and libgl1-mesa-dri ({error})"
            ) from error
        context = self._context
        self._kit, self._size = kit, size
        self._head = context.program(shading.HEAD_VERTEX, shading.HEAD_FRAGMENT)
        self._plain = context.program(shading.PLAIN_VERTEX, shading.PLAIN_FRAGMENT)
        self._back = context.program(shading.BACKGROUND_VERTEX, shading.BACKGROUND_FRAGMENT)
        vertices = len(kit.neutral)
        self._moving = context.buffer(reserve=vertices * 24, dynamic=True)
        self._fixed = context.buffer(reserve=vertices * 28)
        self._triangles = context.buffer(kit.triangles.tobytes())
        canonical = context.buffer(kit.neutral.tobytes())
        self._head_array = context.vertex_array(
            self._head,
            [
                (self._moving, "3f 3f", "position", "normal"),
                (canonical, "3f", "canonical"),
                (self._fixed, "4f 2f 1f", "paint", "brow", "region"),
            ],
            self._triangles,
        )
        corners = context.buffer(np.array([-1, -1, 1, -1, -1, 1, 1, 1], np.float32).tobytes())
        self._back_array = context.vertex_array(self._back, [(corners, "2f", "corner")])
        self._drawn = context.framebuffer(
            [context.renderbuffer(size, 4, samples=samples)], context.depth_renderbuffer(size, samples=samples)
        )
        self._resolved = context.framebuffer([context.renderbuffer(size, 4)])
        self._person: Person | None = None
        self._plain_arrays: list[tuple[moderngl.VertexArray, NDArray, bool]] = []

    def close(self) -> None:
        self._context.release()

    def set_person(self, person: Person) -> None:
        self._person = person
        self._fixed.write(np.hstack([person.paint, person.brow, person.region[:, None]]).astype(np.float32).tobytes())
        look = person.look
        for name in ("skin", "lips", "hair", "iris", "brow_width", "brow_strength", "stubble", "beard", "freckles"):
            self._head[name] = getattr(look, name)
        self._head["makeup"], self._head["gloss"], self._head["seed"] = look.makeup, look.gloss, look.seed
        self._head["pupil"] = 0.22
        for array, _, _ in self._plain_arrays:
            array.release()
        self._plain_arrays = [(self._plain_array(*_torso()), np.array(look.shirt), False)]
        if look.glasses:
            frame = np.array([0.02, 0.02, 0.02]) if look.seed < 60 else np.array([0.25, 0.12, 0.05])
            self._plain_arrays.append((self._plain_array(*_glasses(person)), frame, True))

    def _plain_array(self, vertices: NDArray, triangles: NDArray) -> moderngl.VertexArray:
        buffer = self._context.buffer(vertices.astype(np.float32).tobytes())
        index = self._context.buffer(triangles.astype(np.int32).tobytes())
        return self._context.vertex_array(self._plain, [(buffer, "3f 3f", "position", "normal")], index)

    def draw(self, scene: Scene, motion: Motion) -> tuple[NDArray[np.uint8], Floats]:
        """Pictures (T, H, W, 3) uint8 RGB and the 68 landmarks (T, 68, 2) in pixels."""
        person = self._person
        assert person is not None, "set_person comes first"
        self._set_scene(scene)
        wrinkles = self._wrinkles(motion.strengths, person.look.wrinkles)
        width, height = self._size
        pictures = np.empty((len(motion.pose), height, width, 3), np.uint8)
        landmarks = np.empty((len(motion.pose), 68, 2), np.float32)
        vertices, normals = person.shape(motion.strengths)
        texture = self._context.texture(scene.background.shape[1::-1], 3, scene.background.tobytes(), alignment=1)
        texture.use(0)
        for t, pose in enumerate(motion.pose):
            view = head_view(pose, scene)
            self._moving.write(np.concatenate([vertices[t], normals[t]], axis=1).tobytes())
            for name, values in wrinkles.items():
                self._head[name] = tuple(values[t]) if len(values[t]) > 1 else float(values[t][0])
            self._draw_frame(view, pose, scene)
            pixels = np.frombuffer(self._resolved.read(components=3, alignment=1), np.uint8)
            pictures[t] = pixels.reshape(height, width, 3)[::-1]
            landmarks[t] = project(vertices[t][LANDMARKS], view, scene)
        texture.release()
        return pictures, landmarks

    def _draw_frame(self, view: Floats, pose: Floats, scene: Scene) -> None:
        self._drawn.use()
        self._context.clear(depth=1.0)
        self._context.disable(moderngl.DEPTH_TEST | moderngl.CULL_FACE)
        self._back["shift"] = (0.0, 0.0)
        self._back_array.render(moderngl.TRIANGLE_STRIP)
        self._context.enable(moderngl.DEPTH_TEST | moderngl.CULL_FACE)
        body = np.eye(4, dtype=np.float32)
        body[:3, 3] = pose[3:] + [0.0, 0.0, -scene.distance_cm]
        _set_matrix(self._head, "view", view)
        self._head_array.render()
        self._context.disable(moderngl.CULL_FACE)
        for array, albedo, on_head in self._plain_arrays:
            _set_matrix(self._plain, "view", view if on_head else body)
            self._plain["albedo"] = tuple(albedo)
            array.render()
        self._context.copy_framebuffer(self._resolved, self._drawn)

    def _set_scene(self, scene: Scene) -> None:
        width, height = scene.size
        near, far = 10.0, 400.0
        projection = np.zeros((4, 4), np.float32)
        projection[0, 0], projection[1, 1] = 2 * scene.focal_px / width, 2 * scene.focal_px / height
        projection[2, 2], projection[2, 3], projection[3, 2] = (
            (far + near) / (near - far),
            2 * far * near / (near - far),
            -1,
        )
        for program in (self._head, self._plain):
            _set_matrix(program, "projection", projection)
            for name in ("key_direction", "key_color", "sky_color"):
                program[name] = tuple(getattr(scene, name))
        for name in ("fill_direction", "fill_color", "ground_color"):
            self._head[name] = tuple(getattr(scene, name))

    def _wrinkles(self, strengths: Floats, depth: float) -> dict[str, Floats]:
        result = {}
        for name, sides in _WRINKLE_SHAPES.items():
            columns = [strengths[:, [self._kit.index(s) for s in shapes]].mean(axis=1) for shapes in sides]
            result[name] = (0.08 * depth + np.stack(columns, axis=1) * (0.35 + 0.9 * depth)).astype(np.float32)
        return result


def _set_matrix(program: moderngl.Program, name: str, matrix: Floats) -> None:
    uniform = program[name]
    assert isinstance(uniform, moderngl.Uniform)
    uniform.write(matrix.T.astype(np.float32).tobytes())


def _torso() -> tuple[NDArray, NDArray]:
    """Neckline, shoulders and chest as rings, interleaved positions and normals."""
    heights = np.array([-11.6, -12.0, -12.8, -14.2, -17.5, -24.0, -40.0])
    wide = np.array([7.0, 9.2, 12.2, 15.0, 18.0, 20.5, 21.0])
    deep = np.array([7.0, 8.2, 9.4, 10.4, 11.0, 11.5, 11.5])
    angles = np.linspace(0, 2 * np.pi, 33)
    rings = [
        np.stack([w * np.sin(angles), np.full(33, y), d * np.cos(angles) - 1.5], 1)
        for y, w, d in zip(heights, wide, deep, strict=True)
    ]
    normals = [np.stack([np.sin(angles), np.full(33, 0.5), np.cos(angles)], 1) / np.sqrt(1.25) for _ in heights]
    return np.hstack([np.concatenate(rings), np.concatenate(normals)]), _strip(len(heights), 33)


def _strip(rows: int, columns: int) -> NDArray[np.int32]:
    i = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).ravel()
    return np.concatenate(
        [np.stack([i, i + 1, i + columns], 1), np.stack([i + 1, i + columns + 1, i + columns], 1)]
    ).astype(np.int32)


def _glasses(person: Person) -> tuple[NDArray, NDArray]:
    """Two rims, a bridge and temples as tubes around the person's own eyes."""
    vertices = person.base.reshape(-1, 3)
    eyes = [vertices[LANDMARKS[36:42]].mean(0), vertices[LANDMARKS[42:48]].mean(0)]
    angles = np.linspace(0, 2 * np.pi, 25)
    wide, high = 2.35, 1.75 + 0.3 * np.sin(person.look.seed)
    front = [
        np.stack(
            [
                e[0] + wide * np.cos(angles),
                e[1] - 0.3 + high * np.sin(angles),
                np.full(25, e[2] + 2.2) - 0.05 * (wide * np.cos(angles) * np.sign(e[0])).clip(0),
            ],
            1,
        )
        for e in eyes
    ]
    bridge = np.linspace(front[0][0], front[1][12], 6)
    temples = [np.linspace(front[0][12], [-7.6, 3.6, 0.0], 6), np.linspace(front[1][0], [7.6, 3.6, 0.0], 6)]
    parts, triangles, count = [], [], 0
    around = np.linspace(0, 2 * np.pi, 7)
    for path in [*front, bridge, *temples]:
        tangent = np.gradient(path, axis=0)
        tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
        across = np.cross(tangent, [0.0, 0.3, 1.0])
        across /= np.linalg.norm(across, axis=1, keepdims=True)
        third = np.cross(tangent, across)
        normal = across[:, None] * np.cos(around)[None, :, None] + third[:, None] * np.sin(around)[None, :, None]
        parts.append(np.concatenate([path[:, None] + 0.13 * normal, normal], axis=2).reshape(-1, 6))
        triangles.append(_strip(len(path), 7) + count)
        count += len(path) * 7
    return np.concatenate(parts), np.concatenate(triangles)
