from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch

from fedn.errors import TrainingError
from fedn.features.backbone_runtime import BackboneRuntime
from fedn.model_config import small_config
from fedn.models.build import build_detector
from fedn.models.resnet import ResNet18
from training.config import AugmentationConfig, TrainingConfig
from training.variants import VARIANTS, Variant, VariedRuntime, varied
from training.windows import collate, draw_places, to_grid

from .conftest import LABELS, make_sample

FACE = np.random.default_rng(0).integers(40, 200, (224, 224, 3), dtype=np.uint8)


def test_the_first_variant_is_the_mirror_image_and_nothing_else():
    assert np.array_equal(varied(FACE, VARIANTS[0]), FACE[:, ::-1])


def test_each_variant_differs_from_the_face_and_from_the_others():
    pictures = [FACE, *(varied(FACE, variant) for variant in VARIANTS)]
    for place, one in enumerate(pictures):
        assert one.shape == FACE.shape and one.dtype == np.uint8
        for other in pictures[:place]:
            assert np.abs(one.astype(int) - other.astype(int)).mean() > 5
    assert varied(FACE, VARIANTS[1]).mean() > FACE.mean() > varied(FACE, VARIANTS[2]).mean()


def test_the_backbone_sees_the_variant_and_keeps_it_in_a_cache_of_its_own():
    torch.manual_seed(0)
    backbone = ResNet18().eval()
    plain, mirrored = BackboneRuntime(backbone, "cpu"), VariedRuntime(backbone, VARIANTS[0], "cpu")
    assert len({plain.hash, *(VariedRuntime(backbone, variant, "cpu").hash for variant in VARIANTS)}) == 4
    np.testing.assert_array_equal(mirrored(FACE[None]), plain(np.ascontiguousarray(FACE[None, :, ::-1])))


def test_a_window_shows_one_variant_in_all_its_frames():
    sample = make_sample("v", "s", frames=600)
    sample = replace(sample, variants=tuple(sample.features * 0 + number for number in (1, 2)))
    config = small_config(3)
    grid = to_grid(sample, LABELS, build_detector(config, seed=0))
    still = AugmentationConfig(0, 0, 0, 0, 0, 0, 0)
    random = np.random.default_rng(0)
    places = draw_places([grid], config, step=16, negatives=3, augmentation=still, random=random)
    assert {place.variant for place in places} == {0, 1, 2}
    for place in places:
        frames = collate([grid], [place], config).frames[0]
        known = (grid.prepared, *grid.variants)[place.variant]
        cells = (torch.arange(134) + place.start - config.lead_frames).clamp(0, 599)
        torch.testing.assert_close(frames, known[cells])


@pytest.mark.parametrize("variant", VARIANTS)
def test_small_faces_are_varied_as_large_ones(variant: Variant):
    """Crops for a backbone of 112 pixels are half as large; a smooth face, so that sampling does not matter."""
    smooth = cv2.GaussianBlur(FACE, (0, 0), 12)
    small = cv2.resize(smooth, (112, 112), interpolation=cv2.INTER_AREA)
    expected = cv2.resize(varied(smooth, variant), (112, 112), interpolation=cv2.INTER_AREA)
    inner = slice(8, -8)
    apart = np.abs(varied(small, variant).astype(int) - expected)[inner, inner]
    assert apart.max() <= 3


def test_there_are_three_variants_of_faces():
    with pytest.raises(TrainingError, match="variants"):
        TrainingConfig(augmentation=AugmentationConfig(variants=4))
