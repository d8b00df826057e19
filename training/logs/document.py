"""A YAML document read key by key, so that every fault is told with its key and its line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import yaml

from features.errors import LogError


def parse_document(text: str, file: str) -> Section:
    """The top of a YAML document, which must be a mapping.

    Raises:
        LogError: the text is no YAML, or its top is no mapping.
    """
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = f", line {mark.line + 1}" if mark else ""
        raise LogError(f"not YAML: {error.problem}", where=f"{file}{line}") from error
    if not isinstance(node, yaml.MappingNode):
        raise LogError("a mapping file is a list of `key: value`", where=file)
    return Section.of(node, file, "")


@dataclass(frozen=True, slots=True)
class Section:
    """One mapping of the document; scalars stay as they are written, whatever YAML thinks.

    Take every key you know, then call `done`, which refuses the rest.
    """

    file: str
    path: str
    line: int
    nodes: dict[str, yaml.Node]
    taken: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, node: yaml.MappingNode, file: str, path: str) -> Section:
        """Raises LogError for a key that is given twice."""
        nodes: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if key.value in nodes:
                line = key.start_mark.line + 1
                where = f"{file}, line {line}, {path or 'top'}"
                raise LogError(f"the key {key.value!r} is given twice", where=where)
            nodes[str(key.value)] = value
        return cls(file, path, node.start_mark.line + 1, nodes)

    def fault(self, what: str, key: str = "", remedy: str = "") -> LogError:
        """An error that points at this section, or at one of its keys."""
        node = self.nodes.get(key)
        line = node.start_mark.line + 1 if node is not None else self.line
        place = self._name(key) if key else self.path
        where = f"{self.file}, line {line}" + (f", {place}" if place else "")
        return LogError(what, where=where, remedy=remedy)

    def done(self) -> None:
        """Refuse keys that nobody took."""
        for key in self.nodes:
            if key not in self.taken:
                known = ", ".join(sorted(self.taken))
                raise self.fault(f"unknown key {key!r}", key, f"the keys known here: {known}")

    def has(self, key: str) -> bool:
        """Whether the key is given and not null."""
        self.taken.add(key)
        return key in self.nodes and not _is_null(self.nodes[key])

    def text(self, key: str, default: str | None = None) -> str:
        """A scalar; required when there is no default."""
        if not self.has(key):
            if default is None:
                raise self.fault(f"the key {key!r} is missing")
            return default
        return self._scalar(self.nodes[key], key)

    def choice(self, key: str, known: Iterable[str], default: str | None = None) -> str:
        """A scalar out of a list."""
        value = self.text(key, default)
        if value not in tuple(known):
            raise self.fault(f"{value!r} is not known", key, f"one of {', '.join(known)}")
        return value

    def flag(self, key: str) -> bool:
        """True or false; absent is false."""
        return self.choice(key, ("true", "false"), "false") == "true"

    def number(self, key: str) -> float | None:
        """A number, None when absent."""
        if not self.has(key):
            return None
        try:
            return float(self.text(key))
        except ValueError:
            raise self.fault(f"{self.text(key)!r} is not a number", key) from None

    def texts(self, key: str) -> tuple[str, ...]:
        """A scalar or a list of scalars; absent is the empty tuple."""
        if not self.has(key):
            return ()
        node = self.nodes[key]
        items = node.value if isinstance(node, yaml.SequenceNode) else [node]
        return tuple(self._scalar(item, key) for item in items)

    def renames(self, key: str) -> tuple[tuple[str, str], ...]:
        """`new: old` pairs, or a list of names that stay as they are."""
        if self.has(key) and isinstance(self.nodes[key], yaml.MappingNode):
            inner = self.section(key)
            pairs = tuple((name, inner.text(name)) for name in inner.nodes)
            inner.done()
            return pairs
        return tuple((name, name) for name in self.texts(key))

    def section(self, key: str) -> Section:
        """A nested mapping."""
        self.has(key)
        node = self.nodes.get(key)
        if not isinstance(node, yaml.MappingNode):
            raise self.fault(f"{key!r} must hold `key: value` lines", key)
        return Section.of(node, self.file, self._name(key))

    def sections(self, key: str) -> tuple[Section, ...]:
        """A list of mappings."""
        self.has(key)
        node = self.nodes.get(key)
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            raise self.fault(f"{key!r} must be a list", key)
        for number, item in enumerate(node.value):
            if not isinstance(item, yaml.MappingNode):
                raise self.fault(f"entry {number} of {key!r} must hold `key: value` lines", key)
        return tuple(
            Section.of(item, self.file, f"{self._name(key)}[{number}]")
            for number, item in enumerate(node.value)
        )

    def is_scalar(self, key: str) -> bool:
        """Whether the key holds a plain value rather than a list or a mapping."""
        return isinstance(self.nodes.get(key), yaml.ScalarNode)

    def _name(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def _scalar(self, node: yaml.Node, key: str) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise self.fault(f"{key!r} must be a plain value", key)
        return str(node.value)


def _is_null(node: yaml.Node) -> bool:
    return bool(node.tag == "tag:yaml.org,2002:null")
