import subprocess
import sys
from pathlib import Path

import pytest

from fedn.errors import TrainingError
from training.config import DataConfig, TrainingConfig, config_from_toml, read_config, with_settings

RECIPES = Path(__file__).parents[2] / "training" / "recipes"


def test_a_config_survives_toml():
    config = with_settings(TrainingConfig(), ["optimization.epochs=7", "data.held_out=['a','b']", "name=try it"])
    assert config.optimization.epochs == 7 and config.data.held_out == ("a", "b") and config.name == "try it"
    assert config_from_toml(config.to_toml()) == config


@pytest.mark.parametrize("path", sorted(RECIPES.glob("*.toml")), ids=lambda path: path.stem)
def test_every_recipe_can_be_read(path: Path):
    assert read_config(path).start.labels


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("seed = ", "not valid TOML"),
        ("sed = 1", "unknown setting “sed”"),
        ("[optimization]\nepochs = 'many'", "must be a number"),
        ("[optimization]\nepochs = 0", "at least 1"),
        ("[optimization]\nbfloat16 = 1", "true or false"),
        ("[data]\nheld_out = 'a'", "list of names"),
        ("data = 3", "table"),
    ],
)
def test_mistakes_in_a_recipe_are_named(text: str, says: str):
    with pytest.raises(TrainingError, match=says):
        config_from_toml(text)


def test_mistakes_in_settings_are_named():
    for setting, says in [("optimization.epoch=3", "unknown"), ("nothing", "not of the form"), ("x.y=1", "form")]:
        with pytest.raises(TrainingError, match=says):
            with_settings(TrainingConfig(), [setting])


def test_a_subject_cannot_be_on_two_sides():
    with pytest.raises(TrainingError, match="both"):
        TrainingConfig(data=DataConfig(validation=("a",), held_out=("a",)))


def test_the_config_comes_without_torch():
    code = "import sys, training.config, fedn.registry, fedn.model_info; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=RECIPES.parents[1]).returncode == 0
