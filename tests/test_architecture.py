"""The arrows of the house, read from the source with ast: sources <- claims <- factcheck, and layers inside an app."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.template import TemplateDoesNotExist
from django.template.loader import get_template

ROOT = Path(__file__).resolve().parent.parent
APPS = ("sources", "claims", "factcheck")
MAY_IMPORT = {"sources": {"sources"}, "claims": {"sources", "claims"}, "factcheck": set(APPS)}

# Pure modules: plain values in, plain values out. Neither Django nor a module that is not pure.
PURE = {
    "sources.folding",
    "sources.languages",
    "sources.quotations",
    "claims.alignment",
    "claims.asked",
    "claims.automatic",
    "claims.canonical",
    "claims.chart",
    "claims.chain",
    "claims.claimreview",
    "claims.columns",
    "claims.coverage",
    "claims.datafeed",
    "claims.differences",
    "claims.edits",
    "claims.findings",
    "claims.flat",
    "claims.keyring",
    "claims.legible",
    "claims.links",
    "claims.marking",
    "claims.partners.body",
    "claims.partners.items",
    "claims.partners.lookalikes",
    "claims.oembed",
    "claims.partners.naming",
    "claims.partners.portions",
    "claims.partners.reviews",
    "claims.partners.stream",
    "claims.partners.texts",
    "claims.passages",
    "claims.presentation",
    "claims.printed",
    "claims.quoted",
    "claims.rationale",
    "claims.sheets",
    "claims.signatures",
    "claims.sitemap",
    "claims.spelling",
    "claims.spreadsheet",
    "claims.subjects",
    "claims.surroundings",
    "claims.textmap",
    "claims.threads",
    "claims.timeline",
    "claims.typing_errors",
    "claims.wording",
    "claims.workdays",
    "claims.xmltext",
    "claims.search.comparing",
    "claims.search.folders",
    "claims.search.highlights",
    "claims.search.index",
    "claims.search.lookup",
    "claims.search.matching",
    "claims.search.metrics",
    "claims.search.pausing",
    "claims.search.questions",
    "claims.search.ranking",
    "claims.search.semantic",
    "claims.search.sentences",
    "claims.search.store",
    "claims.search.words",
    "claims.seeding.files",
    "claims.seeding.shape",
    "factcheck.factchecktools.discovery",
    "factcheck.factchecktools.envelope",
    "factcheck.factchecktools.fields",
    "factcheck.factchecktools.languages",
    "factcheck.factchecktools.markup",
    "factcheck.factchecktools.parameters",
    "factcheck.factchecktools.shapes",
    "factcheck.factchecktools.tokens",
    "factcheck.api.reference",
    "factcheck.operations.beside",
    "factcheck.operations.indexing",
    "factcheck.operations.manifest",
    "factcheck.accounts.limits",
    "factcheck.partners.limits",
    "factcheck.webhooks.addresses",
    "factcheck.webhooks.keeping",
    "factcheck.webhooks.schedule",
    "factcheck.webhooks.sending",
    "factcheck.webhooks.signing",
    "factcheck.partners.scopes",
    "factcheck.partners.secrets",
}

# Parts of the house, from the bottom up.
HOUSE = ["api", "operations", "accounts", "readers", "partners", "factchecktools", "webhooks"]

# Inside claims, from the bottom up; a module imports its own layer and those below.
LAYERS = [
    {
        *(
            "automatic",
            "canonical",
            "chain",
            "claimreview",
            "columns",
            "coverage",
            "datafeed",
            "edits",
            "findings",
            "flat",
            "keyring",
            "legible",
            "links",
            "marking",
        ),
        *(
            "rationale",
            "signatures",
            "sitemap",
            "spelling",
            "spreadsheet",
            "subjects",
            "textmap",
            "typing_errors",
        ),
        *("wording", "workdays", "xmltext", "oembed"),
    },
    {"models", "freshness", "guards", "paging", "planning", "roles", "permission", "server_key"},
    {"body"},
    {"record", "projection", "readiness", "redirects", "reference", "search", "nearest", "answers"},
    {
        *("publishing", "documents", "filters", "reading", "record_keys", "verification", "versions", "desk"),
        *("choices", "facets", "kept"),
        *("contributions", "history", "intake", "labels", "entries", "changes", "redacting"),
        *("reference_documents", "corrections"),
        "outgoing",
    },
    {"workflow"},
    {"import_rows", "importing", "merged_rows", "merging", "partners"},
    {
        *("quoting", "seeding", "printed", "alignment", "chart", "passages", "presentation", "asked"),
        *("differences", "surroundings", "quoted", "sheets", "threads", "timeline", "feeds"),
    },
    {"secondreads", "source_page", "gathering", "checking", "looking_up", "shown"},
    {
        "addresses",
        "listing",
        "gathered",
        "admin",
        "adminsite",
        "api",
        "api_urls",
        "views",
        "card_views",
        "api_lookup",
        "api_record",
        "api_reference",
        "check_views",
        "data_views",
        "sitemap_views",
        "feed_views",
        "record_views",
        "urls",
        "apps",
        "context_processors",
        "templatetags",
        "management",
    },
]

FORBIDDEN_NAMES = {"signals", "services", "utils", "helpers", "constants", "misc", "common"}


def modules() -> Iterator[tuple[str, Path]]:
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            yield name.removesuffix(".__init__"), path


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            module = node.module or ""
            found |= {f"{module}.{alias.name}" for alias in node.names}
    return found


MODULES = list(modules())


@pytest.mark.parametrize(("name", "path"), MODULES, ids=[name for name, _ in MODULES])
def test_arrows_point_down(name: str, path: Path) -> None:
    app = name.split(".")[0]
    for imported in imports(path):
        other = imported.split(".")[0]
        if other in APPS:
            assert other in MAY_IMPORT[app], f"{name} imports {imported}"
        assert other != "tests", f"{name} imports tests"


@pytest.mark.parametrize(("name", "path"), MODULES, ids=[name for name, _ in MODULES])
def test_strings_name_no_model_of_a_higher_app(name: str, path: Path) -> None:
    app = name.split(".")[0]
    above = [other for other in APPS if other not in MAY_IMPORT[app]]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            first, dot, rest = node.value.partition(".")
            is_reference = dot and first in above and rest.isidentifier() and rest[:1].isupper()
            assert not is_reference, f"{name} names {node.value}"


@pytest.mark.parametrize("name", sorted(PURE))
def test_pure_modules_know_no_database(name: str) -> None:
    paths = [path for module, path in MODULES if module == name or module.startswith(f"{name}.")]
    assert paths, f"{name} is gone; the table above is out of date"
    for path in paths:
        for imported in imports(path):
            assert imported.split(".")[0] not in ("django", "rest_framework"), f"{name} imports {imported}"
            if imported.split(".")[0] in APPS:
                assert any(imported == pure or imported.startswith(f"{pure}.") for pure in PURE), (
                    f"{name} is pure and imports {imported}"
                )


def layer(module: str) -> int:
    part = module.split(".")[1]
    found = [number for number, names in enumerate(LAYERS) if part in names]
    assert found, f"claims.{part} has no layer: say in tests/test_architecture.py where it stands"
    return found[0]


@pytest.mark.parametrize(
    ("name", "path"),
    [(name, path) for name, path in MODULES if name.startswith("claims.") and ".migrations" not in name],
)
def test_layers_inside_claims(name: str, path: Path) -> None:
    for imported in imports(path):
        if imported.startswith("claims."):
            assert layer(imported) <= layer(name), f"{name} imports {imported}, which stands above it"


def test_parts_of_the_house_know_each_other_in_one_direction() -> None:
    """Sub-packages of factcheck: each imports those before it in this order, and no other."""
    parts = {
        name.split(".")[1] for name, path in MODULES if name.count(".") > 1 and name.startswith("factcheck.")
    }
    assert parts - {"management", "formats"} == set(HOUSE)
    for name, path in MODULES:
        part = name.split(".")[1] if name.count(".") else ""
        for imported in imports(path):
            other = imported.split(".")[1] if imported.startswith("factcheck.") else ""
            if part in HOUSE and other in HOUSE:
                assert HOUSE.index(other) <= HOUSE.index(part), (
                    f"{name} imports {imported}, which stands above it"
                )


def test_no_module_without_a_real_name() -> None:
    assert not [name for name, _ in MODULES if set(name.split(".")) & FORBIDDEN_NAMES]


@pytest.mark.parametrize(("name", "path"), MODULES, ids=[name for name, _ in MODULES])
def test_no_hidden_doors(name: str, path: Path) -> None:
    """No signal receivers and no save() overrides: each rule has one named home."""
    for imported in imports(path):
        assert "django.db.models.signals" not in imported, f"{name} listens to signals"
        assert "django.dispatch" not in imported, f"{name} listens to signals"
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ClassDef):
            overridden = {item.name for item in node.body if isinstance(item, ast.FunctionDef)}
            assert "save" not in overridden, f"{name}.{node.name} overrides save()"


@pytest.mark.parametrize(("name", "path"), MODULES, ids=[name for name, _ in MODULES])
def test_modules_split_in_time(name: str, path: Path) -> None:
    if ".migrations." not in name:
        assert len(path.read_text().splitlines()) <= 400, f"{name} has outgrown one module"


def test_what_templates_name_is_there() -> None:
    folder = ROOT / "templates"
    ours = sorted(folder.rglob("*.*"))
    named = {
        name: path.relative_to(folder)
        for path in ours
        for name in re.findall(r'{%-? *(?:include|extends) +"([^"]+)"', path.read_text())
    }
    assert len(named) > 40
    assert {name: path for name, path in named.items() if not has_template(name)} == {}


def has_template(name: str) -> bool:
    try:
        get_template(name)
    except TemplateDoesNotExist:
        return False
    return True


def test_the_top_level_is_the_design() -> None:
    known = {
        "factcheck",
        "claims",
        "sources",
        "seeds",
        "templates",
        "tests",
        "static",
        "docs",
        "requirements",
        ".ci",
    }
    files = {
        "manage.py",
        "pyproject.toml",
        "README.md",
        "CONTRIBUTING.md",
        "LICENSE",
        "Makefile",
        "CHANGELOG.md",
        ".gitignore",
    }
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert {line.split("/")[0] for line in listed.stdout.splitlines()} <= known | files
