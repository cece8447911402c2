"""The architecture page says what the folders are, in the order that import-linter holds."""

import re
import tomllib

from ccds_pipeline_tests.support.paths import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
PACKAGE = ROOT / "ccds_pipeline"
ROOMS = re.findall(r"^\| `ccds_pipeline/(\w+)` \|", PAGE, flags=re.MULTILINE)


def test_every_room_stands_on_the_page_once():
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert sorted(ROOMS) == sorted(folders)


def test_the_rooms_stand_in_the_order_of_their_layers():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    layers = next(contract["layers"] for contract in settings["contracts"] if contract["type"] == "layers")
    layer_of = {room: number for number, layer in enumerate(layers) for room in layer.split(" | ")}
    numbers = [layer_of[room] for room in ROOMS]
    assert numbers == sorted(numbers)


def test_every_path_on_the_page_exists():
    named = set(re.findall(r"`((?:[\w.]+/)*[\w.]+\.(?:py|md|yaml|toml))`", PAGE))
    missing = {
        path
        for path in named
        if not ((PACKAGE / path).exists() or (ROOT / path).exists() or (ROOT / "docs" / path).exists())
    }
    assert named
    assert missing == set()


def test_every_room_says_what_it_holds_and_what_is_elsewhere():
    for room in ROOMS:
        text = (PACKAGE / room / "__init__.py").read_text(encoding="utf-8")
        assert len(text.strip().splitlines()) > 1, room
        assert "what it holds, and what it does not" not in text, room


def test_nothing_names_a_room_that_is_not_there():
    named = re.compile(r"ccds_pipeline[./](\w+)[./]")
    texts = [
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/**/*.md"),
        *ROOT.glob("sql/**/*.sql"),
        *PACKAGE.rglob("*.py"),
    ]
    rooms = {path.name for path in PACKAGE.iterdir()} | {path.stem for path in PACKAGE.glob("*.py")} | {"sql"}
    missing = {
        (path.name, room)
        for path in texts
        if path.name != "CHANGELOG.md"
        for room in named.findall(path.read_text(encoding="utf-8"))
        if room not in rooms
    }
    assert missing == set()
