"""Reading and writing seed files: plain YAML, strict about doubled keys, every mapping knowing its line. Pure."""

import re
from pathlib import Path
from typing import Any

import yaml


class SeedError(Exception):
    """A seed file cannot be used; the message says which file, line or record, what is wrong and what to do."""


class Mapping(dict[str, Any]):
    """A mapping of a seed file that knows the line it began on."""

    line: int = 0


class _Loader(yaml.SafeLoader):
    """Only true, false, null and whole numbers are not text: a date or a `no` stays what was written."""

    yaml_implicit_resolvers: dict[str, Any] = {}

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Aliases are refused: a few lines of them stand for more text than a machine holds."""
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "aliases (*name) are not read in seed files", mark)
        return super().compose_node(parent, index)


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|)$"), ["~", "n", ""])
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^-?(?:0|[1-9][0-9]{0,14})$"), list("-0123456789")
)


def _mapping(loader: _Loader, node: yaml.MappingNode) -> Mapping:
    made = Mapping()
    made.line = node.start_mark.line + 1
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str):
            raise yaml.constructor.ConstructorError(
                None, None, f"the key {key!r} is not a word", key_node.start_mark
            )
        if key in made:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key {key!r} stands twice", key_node.start_mark
            )
        made[key] = loader.construct_object(value_node, deep=True)
    return made


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


class _Dumper(yaml.SafeDumper):
    """Text over several lines as a literal block; dates without quotation marks; lists indented."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in rules if tag != "tag:yaml.org,2002:timestamp"]
        for first, rules in yaml.SafeDumper.yaml_implicit_resolvers.items()
    }

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)
_Dumper.add_multi_representer(dict, yaml.SafeDumper.represent_dict)


def read(path: Path, *, name: str) -> Any:
    """The content of one file; raises SeedError naming file and line where it is not UTF-8 or not this YAML."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise SeedError(f"{name}: byte {error.start + 1} is not UTF-8. Save the file as UTF-8.") from error
    except OSError as error:
        raise SeedError(f"{name}: cannot be read ({error.strerror}).") from error
    return value_of(text, name=name)


def value_of(text: str, *, name: str) -> Any:
    """The value that a file's text stands for; raises SeedError as `read` does."""
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a subclass of SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark else ""
        raise SeedError(f"{name}{line}: this is not valid YAML: {error.problem}.") from error
    except yaml.YAMLError as error:
        raise SeedError(f"{name}: this is not valid YAML: {error}.") from error
    except (ValueError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise SeedError(f"{name}: this holds a value that cannot be read ({error}).") from error


def text_of(value: Any) -> str:
    """The file text of a value: the same value always gives the same text."""
    text: str = yaml.dump(
        value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100, default_flow_style=False
    )
    return text
