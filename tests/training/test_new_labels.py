import pytest
import torch

from fedn.checkpoint import Model
from fedn.errors import TrainingError
from fedn.model_config import small_config
from fedn.model_info import ModelInfo
from fedn.models.build import build_detector
from fedn.models.resnet import ResNet18
from training.start import with_new_labels

LABELS = ("joy", "fear", "anger")


def made(**changes) -> Model:
    network = small_config(len(LABELS), width=32, head_width=32, **changes)
    return Model(ResNet18().eval(), build_detector(network, seed=3).eval(), ModelInfo("m", LABELS, network))


@pytest.mark.parametrize("changes", [{}, {"coupled_head": True}, {"own_heads": True}, {"fine_labels": (1, 2)}])
def test_a_model_with_new_labels_says_the_same_about_the_old_ones(changes: dict):
    old = made(**changes)
    new = with_new_labels(old, ("pain", "boredom"), seed=1)
    assert new.info.labels == (*LABELS, "pain", "boredom")
    frames = torch.randn(2, old.detector.config.read_frames, 512, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        before, after = old.detector(frames), new.detector(frames)
    torch.testing.assert_close(before.anchor_deltas, after.anchor_deltas, rtol=0, atol=0)
    for was, became in ((before.free_logits, after.free_logits), (before.anchor_logits, after.anchor_logits)):
        coarse = was.shape[2] - len(LABELS)
        torch.testing.assert_close(was[..., :3], became[..., :3], rtol=0, atol=0)
        if coarse:
            torch.testing.assert_close(was[..., 3:], became[..., 5:], rtol=0, atol=0)
        mean = was[..., :3].mean(dim=-1, keepdim=True).expand(-1, -1, 2)
        torch.testing.assert_close(became[..., 3:5], mean, rtol=1e-4, atol=1e-5)
        assert (became[..., 3:5] <= became[..., :3].amax(dim=-1, keepdim=True)).all(), "it is not what is found yet"


def test_a_label_that_is_there_is_not_added_again():
    with pytest.raises(TrainingError, match="“fear” already"):
        with_new_labels(made(), ("fear",))
    model = made()
    assert with_new_labels(model, ()) is model
