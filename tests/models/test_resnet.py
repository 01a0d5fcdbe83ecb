import pickle
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from fedn.errors import ModelError
from fedn.models.resnet import ResNet18, load_backbone_weights

TORCHVISION_CHILDREN = ["conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4"]


@pytest.fixture(scope="module")
def backbone() -> ResNet18:
    torch.manual_seed(0)
    return ResNet18().eval()


def numbered(state: dict[str, torch.Tensor], prefix: str) -> dict[str, torch.Tensor]:
    renamed = {}
    for name, value in state.items():
        first, _, rest = name.partition(".")
        if first not in TORCHVISION_CHILDREN:
            continue
        renamed[f"{prefix}{TORCHVISION_CHILDREN.index(first)}.{rest}"] = value
    return renamed


def test_has_the_parameters_and_names_of_torchvision(backbone: ResNet18) -> None:
    # 11,689,512 with the 1000-class layer of 513,000.
    assert sum(parameter.numel() for parameter in backbone.parameters()) == 11_689_512 - 513_000
    names = backbone.state_dict().keys()
    assert {"conv1.weight", "bn1.running_mean", "layer1.0.conv1.weight", "layer4.1.bn2.bias"} <= names
    assert {"layer2.0.downsample.0.weight", "layer2.0.downsample.1.running_var"} <= names


def test_gives_one_vector_for_each_picture(backbone: ResNet18) -> None:
    with torch.inference_mode():
        assert backbone(torch.zeros(2, 3, 224, 224)).shape == (2, 512)


@pytest.mark.parametrize("style", ["plain", "state_dict", "model_state_dict", "module", "features", "encoder"])
def test_reads_the_weight_files_of_other_programs(backbone: ResNet18, style: str, tmp_path: Path) -> None:
    state = {**backbone.state_dict()}
    content: dict = {**state, "fc.weight": torch.zeros(7, 512)}
    if style.endswith("state_dict"):
        content = {style: content, "epoch": 3}
    elif style == "module":
        content = {f"module.{name}": value for name, value in content.items()}
    elif style != "plain":
        content = {**numbered(state, f"{style}."), "fc.weight": torch.zeros(7, 512)}
    torch.save(content, tmp_path / "weights.pth")
    loaded, unused = load_backbone_weights(tmp_path / "weights.pth")
    assert all(torch.equal(value, state[name]) for name, value in loaded.state_dict().items())
    assert unused == (("module.fc.weight",) if style == "module" else ("fc.weight",))
    assert not loaded.training


def test_reads_half_precision_safetensors(backbone: ResNet18, tmp_path: Path) -> None:
    save_file(
        {f"backbone.{name}": value.half().contiguous() for name, value in backbone.state_dict().items()},
        tmp_path / "weights.safetensors",
    )
    loaded, unused = load_backbone_weights(tmp_path / "weights.safetensors")
    assert unused == ()
    assert loaded.conv1.weight.dtype == torch.float32
    assert torch.allclose(loaded.conv1.weight, backbone.conv1.weight, atol=1e-3)


class Malicious:
    def __reduce__(self) -> tuple:
        return (print, ("this must never run",))


@pytest.mark.parametrize("case", ["missing", "text", "truncated", "other network", "code", "wrong shape"])
def test_says_what_is_wrong_with_a_file(backbone: ResNet18, case: str, tmp_path: Path, capsys) -> None:
    path = tmp_path / ("weights.safetensors" if case == "truncated" else "weights.pt")
    if case == "text":
        path.write_text("not weights")
    elif case == "truncated":
        save_file({"conv1.weight": torch.zeros(64, 3, 7, 7)}, path)
        path.write_bytes(path.read_bytes()[:1000])
    elif case == "other network":
        torch.save({"layer.weight": torch.zeros(3)}, path)
    elif case == "code":
        path.write_bytes(pickle.dumps({"state_dict": Malicious()}))
    elif case == "wrong shape":
        torch.save({**backbone.state_dict(), "conv1.weight": torch.zeros(64, 1, 7, 7)}, path)
    with pytest.raises(ModelError, match=r"weights\.(pt|safetensors)"):
        load_backbone_weights(path)
    assert "never run" not in capsys.readouterr().out


def test_weights_that_see_smaller_faces_shrink_the_crops_themselves(tmp_path: Path) -> None:
    torch.manual_seed(0)
    small = ResNet18(input_size=112).eval()
    crops = torch.randn(2, 3, 224, 224)
    halved = torch.nn.functional.avg_pool2d(crops, 2)
    with torch.inference_mode():
        assert torch.allclose(small(crops), small(halved), atol=1e-5)
    save_file(small.state_dict(), tmp_path / "small.safetensors")
    loaded, unused = load_backbone_weights(tmp_path / "small.safetensors")
    assert int(loaded.input_size) == 112
    assert unused == ()
