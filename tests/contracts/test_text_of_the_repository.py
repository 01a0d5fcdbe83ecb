import re
import subprocess
from pathlib import Path

# Written in two pieces so that this file does not contain what it looks for.
MACHINE_PATHS = re.compile(r"(?<![\w.~-])/" + r"(work|root|home/\w+|Users/\w+)/|[A-Z]:\\+" + r"Users\\")
TEXT = {".py", ".md", ".toml", ".yml", ".yaml", ".json", ".csv", ".html", ".j2", ".txt", ".qss", ".svg", ".sh", ""}


def tracked_texts(repository: Path) -> dict[str, str]:
    listed = subprocess.run(["git", "ls-files"], cwd=repository, capture_output=True, text=True)
    names = listed.stdout.splitlines() or [
        str(path.relative_to(repository)) for path in repository.rglob("*.py") if ".venv" not in path.parts
    ]
    paths = [repository / name for name in names if Path(name).suffix in TEXT]
    return {str(path.relative_to(repository)): path.read_text(encoding="utf-8") for path in paths if path.is_file()}


def test_no_text_names_a_folder_of_one_machine(repository: Path) -> None:
    found = {
        name: match.group() for name, text in tracked_texts(repository).items() if (match := MACHINE_PATHS.search(text))
    }
    assert found == {}


def test_every_link_between_documents_leads_somewhere(repository: Path) -> None:
    dead = []
    for name, text in tracked_texts(repository).items():
        if not name.endswith(".md"):
            continue
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
            if "://" not in target and not ((repository / name).parent / target).exists():
                dead.append(f"{name} -> {target}")
    assert dead == []
