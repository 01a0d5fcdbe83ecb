import re
import subprocess
import sys
from pathlib import Path

import pytest

from fedn.errors import TrainingError
from training.config import DataConfig, StartConfig, TrainingConfig, config_from_toml, read_config, with_settings

RECIPES = Path(__file__).parents[2] / "training" / "recipes"


def test_a_config_survives_toml():
    config = with_settings(TrainingConfig(), ["optimization.epochs=7", "data.held_out=['a','b']", "name=try it"])
    assert config.optimization.epochs == 7 and config.data.held_out == ("a", "b") and config.name == "try it"
    assert config_from_toml(config.to_toml()) == config


@pytest.mark.parametrize(
    "path", sorted(set(RECIPES.glob("*.toml")) - set(RECIPES.glob("comparison*.toml"))), ids=lambda path: path.stem
)
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
        ("[optimization]\ninterval_loss = 'ciou'", "must be one of “diou”, “giou”, “iou”"),
        ("[augmentation]\nvariants = 5", "three variants"),
    ],
)
def test_mistakes_in_a_recipe_are_named(text: str, says: str):
    with pytest.raises(TrainingError, match=says):
        config_from_toml(text)


def test_a_recipe_states_what_differs_from_another(tmp_path: Path):
    (tmp_path / "first.toml").write_text("seed = 4\n[start]\nlabels = ['a']\nnetwork = {width = 64, head_width = 32}\n")
    (tmp_path / "second.toml").write_text(
        "like = 'first.toml'\nname = 'two'\n[start]\nnetwork = {width = 128}\n[optimization]\nepochs = 3\n"
    )
    (tmp_path / "third.toml").write_text("like = 'second.toml'\nseed = 5\n")
    config = read_config(tmp_path / "third.toml")
    assert (config.name, config.seed, config.start.labels, config.optimization.epochs) == ("two", 5, ("a",), 3)
    assert dict(config.start.network) == {"width": 128, "head_width": 32}
    assert config_from_toml(config.to_toml()) == config


def test_recipes_that_are_like_each_other_are_refused(tmp_path: Path):
    (tmp_path / "one.toml").write_text("like = 'two.toml'")
    (tmp_path / "two.toml").write_text("like = 'one.toml'")
    with pytest.raises(TrainingError, match="like it in turn"):
        read_config(tmp_path / "one.toml")
    (tmp_path / "one.toml").write_text("like = 'gone.toml'")
    with pytest.raises(TrainingError, match=r"gone\.toml cannot be read"):
        read_config(tmp_path / "one.toml")


def test_the_table_of_recipes_names_every_recipe_of_the_network():
    told = (RECIPES / "README.md").read_text()
    for path in RECIPES.glob("table*.toml"):
        assert path.name in told
    named = set(re.findall(r"[\w-]+\.toml", told)) - {"NAME.toml"}
    assert named <= {path.name for path in RECIPES.glob("*.toml")}


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


def test_one_entry_of_a_table_is_changed_and_its_others_stay():
    config = TrainingConfig(start=StartConfig(labels=("a",), network={"motion_frames": 4}))
    changed = with_settings(config, ["start.network.width=64", "data.rename.joy=happiness"])
    assert changed.start.network == {"motion_frames": 4, "width": 64} and changed.start.labels == ("a",)
    assert changed.data.rename == {"joy": "happiness"}
    for wrong in ("start.size.width=64", "start.nothing.width=64", "network.width.a=1"):
        with pytest.raises(TrainingError, match="not of the form"):
            with_settings(config, [wrong])
