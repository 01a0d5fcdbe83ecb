"""Draws a person: strengths, pose, camera and light in, pictures and projected landmarks out.

OpenGL 3.3 through EGL: a graphics card where there is one, Mesa's software rasterizer elsewhere. No display needed.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import cv2
import moderngl
import numpy as np
from numpy.typing import NDArray

from fedn.errors import TrainingError
from training.synthetic import facekit, shading
from training.synthetic.facekit import LANDMARKS, FaceKit, Floats
from training.synthetic.garments import Piece
from training.synthetic.hands import hand
from training.synthetic.person import Person, triangles_of
from training.synthetic.relief import region_strengths
from training.synthetic.scenes import Scene, body_view, head_view, project
from training.synthetic.visibility import VisibilityBaker, harmonics

RENDERER_VERSION = 2  # 1: up to commit 97be084, what the bundled model was pre-trained on

_INSIDE = (  # part, color as linear RGB, gloss, depth in cm at which it is dark and at which it is lit
    (facekit.MOUTH, (0.20, 0.045, 0.04), 0.05, 5.5, 11.2),
    (facekit.GUMS, (0.42, 0.12, 0.11), 0.35, 5.0, 11.0),
    (facekit.TEETH, (0.66, 0.61, 0.52), 0.45, 6.8, 10.4),
)


@dataclass(frozen=True)
class Motion:
    """T frames.

    Attributes:
        strengths: (T, 57). pose: (T, 6) yaw, pitch, roll in radians, then x, y, z shift in centimeters.
        hand: (T, 4) x, y, z of a palm in head coordinates and its turn in radians; None where no hand is shown;
            frames without one have x = nan.
    """

    strengths: Floats
    pose: Floats
    hand: Floats | None = None


class Renderer:
    """Owns the OpenGL context and the buffers of one topology and one picture size. Use from one thread.

    `sharpness`: the picture is drawn this many times as wide and high and averaged down.
    """

    def __init__(self, kit: FaceKit, size: tuple[int, int], sharpness: float = 1.5) -> None:
        # Mesa's threads wait for each other at every frame; several processes use the cores better.
        os.environ.setdefault("LP_NUM_THREADS", "0")
        try:
            self._context = moderngl.create_context(standalone=True, backend="egl")  # pyright: ignore[reportArgumentType]
        except Exception as error:
            raise TrainingError(
                f"no OpenGL to render faces with; install libegl1 and libgl1-mesa-dri ({error})"
            ) from error
        context = self._context
        self._kit, self._size = kit, size
        self._large = (round(size[0] * sharpness), round(size[1] * sharpness))
        self._baker = VisibilityBaker(context)
        sources = {
            "skin": (shading.HEAD_VERTEX, shading.SKIN_FRAGMENT),
            "mouth": (shading.INNER_VERTEX, shading.MOUTH_FRAGMENT),
            "eye": (shading.INNER_VERTEX, shading.EYE_FRAGMENT),
            "lash": (shading.INNER_VERTEX, shading.LASH_FRAGMENT),
            "hair": (shading.HAIR_VERTEX, shading.HAIR_FRAGMENT),
            "plain": (shading.PLAIN_VERTEX, shading.PLAIN_FRAGMENT),
            "back": (shading.BACKGROUND_VERTEX, shading.BACKGROUND_FRAGMENT),
        }
        self._programs = {name: context.program(*code) for name, code in sources.items()}
        self._moving = context.buffer(reserve=len(kit.source) * 24, dynamic=True)
        self._fixed = context.buffer(reserve=len(kit.source) * 64)
        self._skin = self._head_array("skin", facekit.FACE, facekit.BACK, facekit.SOCKET)
        self._inside = [(self._head_array("mouth", part), *more) for part, *more in _INSIDE]
        self._eyes, self._lashes = self._head_array("eye", facekit.EYE), self._head_array("lash", facekit.LASHES)
        corners = context.buffer(np.array([-1, -1, 1, -1, -1, 1, 1, 1], np.float32).tobytes())
        self._back = context.vertex_array(self._programs["back"], [(corners, "2f", "corner")])
        self._drawn = context.framebuffer(
            [context.renderbuffer(self._large, 4)], context.depth_renderbuffer(self._large)
        )
        self._landmarks = np.array([int(np.flatnonzero(kit.source == v)[0]) for v in LANDMARKS])
        self._iris = [self._iris_vertex(*ball) for ball in facekit.EYEBALLS]
        self._person: Person | None = None
        self._maps: list[moderngl.Texture] = []
        self._worn: list[tuple[moderngl.VertexArray, Piece, list[moderngl.Buffer]]] = []
        self._hair: tuple[moderngl.VertexArray, list[moderngl.Buffer]] | None = None
        self._hand: tuple[moderngl.VertexArray, Piece, list[moderngl.Buffer]] | None = None

    def close(self) -> None:
        self._context.release()

    def _head_array(self, program: str, *parts: int) -> moderngl.VertexArray:
        context = self._context
        index = context.buffer(np.ascontiguousarray(triangles_of(self._kit, *parts)).tobytes())
        content = [
            (self._moving, "3f 3f", "position", "normal"),
            (self._fixed, "4f 4f 4f 4f", "fixed0", "fixed1", "fixed2", "fixed3"),
        ]
        return context.vertex_array(self._programs[program], content, index, skip_errors=True)

    def _iris_vertex(self, start: int, stop: int) -> int:
        kit = self._kit
        rows = np.flatnonzero((kit.source >= start) & (kit.source < stop))
        return int(rows[kit.neutral[kit.source[rows], 2].argmax()])

    def set_person(self, person: Person) -> None:
        self._person = person
        self._release()
        look = person.look
        points, normals = person.base.reshape(-1, 3), person.base_normals.reshape(-1, 3)
        occluders = [(points, triangles_of(self._kit, facekit.FACE, facekit.BACK))]
        occluders += [(piece.vertices, piece.triangles) for piece in person.pieces if piece.on_head]
        if person.hair is not None:
            occluders.append((person.hair.vertices, person.hair.triangles))
        seen, openness = self._baker.bake(points, normals, occluders)
        fixed = np.hstack([person.place, seen, openness[:, None], person.paint[:, None], person.neck[:, None]])
        self._fixed.write(np.ascontiguousarray(fixed, np.float32).tobytes())
        for number, (name, picture) in enumerate(
            (("color_map", person.skin.color), ("furrow_map", person.skin.furrows), ("detail_map", person.skin.detail)),
            1,
        ):
            # As fine as the picture can show: a map that is read without smaller copies of itself must not be finer.
            texels = min(len(picture), round(1.1 * self._large[0]))
            picture = cv2.resize(picture, (texels, texels), interpolation=cv2.INTER_AREA)
            texture = self._context.texture((texels, texels), 4, picture.tobytes())
            self._programs["skin"][name] = number
            self._maps.append(texture)
        self._set("skin", hair=np.array(look.hair) * 0.5, pore=1.0)
        rng = np.random.default_rng([look.seed, 5])
        self._set(
            "eye",
            iris=look.iris,
            iris_size=look.iris_size,
            blood=(0.55, 0.30, 0.27),
            pupil=float(rng.uniform(0.26, 0.42)),
        )
        self._set(
            "lash", lash=(0.01, 0.008, 0.007), lash_density=min(1.0, 0.45 + 0.5 * look.makeup + 0.1 * rng.random())
        )
        self._worn = [self._piece_array(piece) for piece in person.pieces]
        skin = np.median(person.skin.color[..., :3].astype(np.float32) / 255, axis=(0, 1)) ** 2
        self._hand = self._piece_array(hand((float(skin[0]), float(skin[1]), float(skin[2])), rng))
        self._teeth = look.teeth
        if person.hair is not None:
            strands = person.hair
            table = np.hstack([strands.vertices, strands.normals, strands.tangents, strands.strand])
            self._hair = self._array(
                "hair", table, strands.triangles, "3f 3f 3f 4f", ["position", "normal", "tangent", "strand"]
            )
            self._set("hair", hair=look.hair, hair_gloss=float(rng.uniform(0.3, 1.3)))

    def _release(self) -> None:
        for array, buffers in [(a, b) for a, _, b in self._worn] + ([self._hair] if self._hair else []):
            array.release()
            for buffer in buffers:
                buffer.release()
        if self._hand:
            self._hand[0].release()
        for texture in self._maps:
            texture.release()
        self._maps, self._hair, self._worn = [], None, []

    def _array(
        self, program: str, table: NDArray, triangles: NDArray, layout: str, names: list[str]
    ) -> tuple[moderngl.VertexArray, list[moderngl.Buffer]]:
        buffer = self._context.buffer(np.ascontiguousarray(table, np.float32).tobytes())
        index = self._context.buffer(np.ascontiguousarray(triangles, np.int32).tobytes())
        array = self._context.vertex_array(self._programs[program], [(buffer, layout, *names)], index)
        return array, [buffer, index]

    def _piece_array(self, piece: Piece) -> tuple[moderngl.VertexArray, Piece, list[moderngl.Buffer]]:
        table = np.hstack([piece.vertices, piece.normals, piece.shade[:, None]])
        array, buffers = self._array("plain", table, piece.triangles, "3f 3f 1f", ["position", "normal", "shade"])
        return array, piece, buffers

    def draw(self, scene: Scene, motion: Motion) -> tuple[NDArray[np.uint8], Floats]:
        """Pictures (T, H, W, 3) uint8 RGB and the 68 landmarks (T, 68, 2) in pixels."""
        person = self._person
        assert person is not None, "set_person comes first"
        self._set_scene(scene)
        furrows = np.zeros((len(motion.pose), 16), np.float32)
        strengths = region_strengths(self._kit, motion.strengths, person.look.wrinkles)
        furrows[:, : strengths.shape[1]] = strengths
        width, height = self._size
        pictures = np.empty((len(motion.pose), height, width, 3), np.uint8)
        landmarks = np.empty((len(motion.pose), 68, 2), np.float32)
        shapes = person.shape(motion.strengths)
        jaw = motion.strengths[:, self._kit.index("jawOpen")]
        lips = motion.strengths[:, self._kit.columns("mouthUpperUp_L mouthLowerDown_L mouthSmile_L")].sum(1)
        mouth_open = np.clip(0.35 + 1.2 * jaw + 0.35 * lips, 0, 1)
        texture = self._context.texture(scene.background.shape[1::-1], 3, scene.background.tobytes(), alignment=1)
        for t, pose in enumerate(motion.pose):
            self._moving.write(shapes[t].tobytes())
            texture.use(0)
            for number, picture in enumerate(self._maps, 1):
                picture.use(number)
            view, body = head_view(pose, scene), body_view(pose, scene)
            self._set("skin", furrows=furrows[t])
            self._set("mouth", mouth_open=mouth_open[t])
            points = shapes[t, :, :3]
            self._draw_frame(view, body, points, scene, None if motion.hand is None else motion.hand[t])
            pixels = np.frombuffer(self._drawn.read(components=3, alignment=1), np.uint8)
            drawn = pixels.reshape(self._large[1], self._large[0], 3)[::-1]
            pictures[t] = (
                drawn if self._large == self._size else cv2.resize(drawn, self._size, interpolation=cv2.INTER_AREA)
            )
            landmarks[t] = project(points[self._landmarks], view, scene)
        texture.release()
        return pictures, landmarks

    def _draw_frame(self, view: Floats, body: Floats, points: Floats, scene: Scene, palm: Floats | None) -> None:
        context = self._context
        self._drawn.use()
        context.clear(depth=1.0)
        context.disable(moderngl.DEPTH_TEST | moderngl.CULL_FACE | moderngl.BLEND)
        self._back.render(moderngl.TRIANGLE_STRIP)
        context.enable(moderngl.DEPTH_TEST)
        seen = harmonics(scene.lights @ view[:3, :3])  # lights in head coordinates
        basis = np.zeros((9, 4), np.float32)
        basis[:, :3] = seen.T
        for name in ("skin", "mouth", "eye", "lash", "hair"):
            self._matrix(name, "view", view)
            self._matrix(name, "body", body)
        self._set("skin", harmonics=basis, head_up=view[:3, 1])
        iris = points[self._iris]
        lids = points[self._landmarks[[37, 38, 43, 44]], 1]
        self._set("eye", upper_lid=[lids[:2].mean(), lids[2:].mean()], iris_center=[*iris[1, :2], *iris[0, :2]])
        if self._hair:
            self._hair[0].render()
        context.enable(moderngl.CULL_FACE)
        self._skin.render()
        context.disable(moderngl.CULL_FACE)
        for array, color, gloss, deepest, foremost in self._inside:
            white = self._teeth if color == _INSIDE[2][1] else 1.0
            self._set(
                "mouth",
                albedo=np.array(color) * white,
                gloss=gloss,
                deepest=deepest,
                foremost=foremost,
            )
            array.render()
        self._eyes.render()
        worn = [(array, piece, view if piece.on_head else body) for array, piece, _ in self._worn]
        if palm is not None and np.isfinite(palm[0]) and self._hand:
            worn.append((self._hand[0], self._hand[1], view @ _placed(palm)))
        for array, piece, matrix in worn:
            self._matrix("plain", "view", matrix)
            self._set(
                "plain", albedo=piece.color, second=tuple(0.25 + 0.5 * c for c in piece.color), gloss=piece.gloss,
                pattern=piece.pattern, kind=(piece.pattern * 7) % 1.0, soft=0.5 if piece.pattern < 0 else 0.15,
                before=0.0 if piece.on_head else 1.6,  # clothes lie over skin, whatever the person's shape
            )  # fmt: skip
            array.render()
        context.enable(moderngl.BLEND)
        self._lashes.render()

    def _set_scene(self, scene: Scene) -> None:
        width, height = scene.size
        near, far = 8.0, 400.0
        projection = np.zeros((4, 4), np.float32)
        projection[0, 0], projection[1, 1] = 2 * scene.focal_px / width, 2 * scene.focal_px / height
        projection[2, 2] = (far + near) / (near - far)
        projection[2, 3], projection[3, 2] = 2 * far * near / (near - far), -1
        skin = self._person.skin.color if self._person else None
        bright = 0.5 if skin is None else float((skin[::16, ::16, :3].astype(np.float32) / 255).mean() ** 2)
        count = int(np.flatnonzero(scene.light_colors.sum(1))[-1]) + 1
        for name in ("skin", "mouth", "eye", "lash", "hair", "plain"):
            if "lights" in self._programs[name]:
                self._programs[name]["lights"] = count
            self._matrix(name, "projection", projection)
            self._set(
                name,
                light_direction=scene.lights,
                light_color=scene.light_colors,
                sky_color=scene.sky,
                ground_color=scene.ground,
                # A camera opens up for dark skin, but not all the way.
                exposure=scene.exposure * (0.45 / max(bright, 0.03)) ** 0.40,
                saturation=scene.saturation,
                tint=scene.tint,
            )

    def _set(self, program: str, **values: object) -> None:
        """Uniforms that a program does not use are dropped by its compiler."""
        for name, value in values.items():
            if name in self._programs[program]:
                uniform = self._programs[program][name]
                assert isinstance(uniform, moderngl.Uniform)
                # An array of which only the beginning is used is declared shorter.
                uniform.write(np.asarray(value, np.float32).tobytes()[: 4 * uniform.dimension * uniform.array_length])

    def _matrix(self, program: str, name: str, matrix: Floats) -> None:
        self._set(program, **{name: matrix.T})


def _placed(palm: Floats) -> Floats:
    """4x4 matrix from hand to head coordinates."""
    matrix = np.eye(4, dtype=np.float32)
    cosine, sine = np.cos(palm[3]), np.sin(palm[3])
    matrix[:2, :2] = [[cosine, -sine], [sine, cosine]]
    matrix[:3, 3] = palm[:3]
    return matrix
