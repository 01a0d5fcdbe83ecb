"""The published network and its training where the paper is silent: the table in training/recipes/README.md.

Points 4, 5, 14, 15, 20 and 21 are behaviors and have their tests with windows, targets, losses and evaluation.
"""

from pathlib import Path

import pytest
from torch import nn

from fedn.model_config import STRIDE_RANGES, named_config
from fedn.models.build import build_detector
from fedn.models.fedn import FednDetector
from fedn.predictors import fedn as predictor
from fedn.predictors import window_scores
from training.config import TrainingConfig, read_config
from training.loop import learning_rate
from training.start import new_network
from training.targets import NEGATIVE_IOU, POSITIVE_IOU
from training.windows import MIN_VISIBLE

RECIPES = Path(__file__).parents[2] / "training" / "recipes"


@pytest.fixture(scope="module")
def recipe() -> TrainingConfig:
    return read_config(RECIPES / "faithful.toml")


@pytest.fixture(scope="module")
def detector(recipe: TrainingConfig) -> FednDetector:
    return build_detector(new_network(recipe.start), seed=0)


def test_windows_and_negatives(recipe: TrainingConfig):
    assert recipe.optimization.window_step == 32 and predictor.window_step(128) == 16
    assert (recipe.optimization.negatives, recipe.optimization.least_negatives) == (3.0, 0)
    assert MIN_VISIBLE == 0.9


def test_anchors_ranges_and_thresholds(detector: FednDetector):
    config = detector.config
    for stride, lengths in zip(config.level_strides, config.anchor_lengths, strict=True):
        assert lengths == tuple(stride * ratio for ratio in (0.5, 0.75, 1.0, 1.5, 2.0))
    assert config.level_strides == (8, 16, 32, 64)
    assert config.free_ranges == STRIDE_RANGES == ((0, 10), (8, 32), (16, 64), (64, 128))
    assert (POSITIVE_IOU, NEGATIVE_IOU) == (0.5, 0.4)


def test_heads_norms_activation_and_blocks(detector: FednDetector):
    assert (detector.segment.attention.heads, detector.segment.dropout.share) == (4, 0.1)
    assert detector.segment.score_dropout.share == 0.5 and isinstance(detector.segment.norm, nn.LayerNorm)
    assert len(detector.head.heads) == 1, "shared over the levels"
    branch = detector.head.heads[0].anchor_label
    assert branch.attention.heads == 8 and isinstance(branch.norm, nn.LayerNorm)
    assert [type(layer) for layer in branch.convolutions] == [nn.Conv1d, nn.GroupNorm, nn.ReLU] * 2
    for block in detector.blocks:
        assert [type(layer) for layer in block] == [nn.Conv1d, nn.GroupNorm, nn.ReLU, nn.MaxPool1d]
        assert block[0].kernel_size == (9,) and block[0].stride == (1,)
    assert detector.config.reference == "none" and not detector.config.segment_position


def test_batch_optimizer_and_schedule(recipe: TrainingConfig):
    how = recipe.optimization
    assert (how.batch_size, how.epochs, how.learning_rate, how.weight_decay) == (16, 30, 1e-4, 1e-4)
    assert (how.alpha, how.beta, how.interval_loss, how.warmup_epochs, how.ema) == (1.0, 2.0, "diou", 2.0, 0.999)
    rates = [learning_rate(epoch, recipe) for epoch in (0, 1, 2, 16, 29.99)]
    assert rates[0] < rates[1] < rates[2] == pytest.approx(1e-4) and rates[2] > rates[3] > rates[4]
    assert rates[3] == pytest.approx(0.5e-4, rel=0.02) and rates[4] < 2e-6


def test_augmentation_is_the_shift_alone(recipe: TrainingConfig):
    shift, *others = (getattr(recipe.augmentation, name) for name in recipe.augmentation.__slots__)
    assert shift == 16 and not any(others)


def test_suppression_lengths_and_limits(recipe: TrainingConfig):
    told = recipe.detection
    assert (told.nms_iou, told.candidate_nms_iou, told.most_events, told.most_candidates) == (0.2, 0.3, 30, 100)
    assert told.vote_iou == 1.0 and (window_scores.MIN_SCORE, window_scores.MIN_LENGTH) == (0.05, 8)


def test_long_expressions_fit_a_network_by_name():
    config = named_config("long", 7)
    assert config.window_frames == 512 and max(config.anchor_lengths[-1]) >= 512 and predictor.window_step(512) == 64
