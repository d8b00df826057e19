"""A registry in memory: everything that the real one is asked for, without MLflow."""

from dataclasses import replace

from model.bundle import Bundle, OtherFeaturesError
from model.runs import Loaded, LoggedRun, ModelVersion, RunFigures


class MemoryRegistry:
    """Keeps what is published in lists, aliases and tags in dicts."""

    def __init__(self, home):
        self.home = home
        self.shelf, self.records, self.files, self.known = [], [], [], []
        self.aliases, self.model_tags = {}, {}

    def publish(self, bundle, record):
        self.shelf.append((bundle, record.backtest))
        self.records.append(record)
        self.files.append({path.name: path.read_bytes() for path in record.files})
        self.known.append(ModelVersion(len(self.shelf), f"run{len(self.shelf)}", (), 0, {}))
        return self.known[-1]

    def versions(self):
        pointed = [
            replace(v, aliases=tuple(a for a, n in self.aliases.items() if n == v.version))
            for v in self.known
        ]
        return tuple(reversed(pointed))

    def aliased(self, alias):
        return next((v for v in self.versions() if alias in v.aliases), None)

    def set_alias(self, alias, number):
        self.aliases[alias] = number

    def load(self, uri, fingerprint=None):
        bundle = self.shelf[int(uri.rpartition("/")[2]) - 1][0]
        if fingerprint is not None and bundle.info.fingerprint != fingerprint:
            raise OtherFeaturesError("the model was trained on other features")
        return Loaded(bundle, None)

    def backtest(self, version):
        return self.shelf[version.version - 1][1]

    def logged(self, version):
        record, files = self.records[version.version - 1], self.files[version.version - 1]
        return LoggedRun(record.tags, files["config.json"].decode(), self.backtest(version))

    def figures(self, version):
        record = self.records[version.version - 1]
        if record is None:
            return RunFigures({}, {}, {}, "1")
        params = {name: str(value) for name, value in record.params.items()}
        return RunFigures(params, record.metrics, record.tags, "1")

    def note(self, version, tags, texts):
        place = version.version - 1
        self.known[place] = replace(self.known[place], tags={**self.known[place].tags, **tags})
        self.files[place] |= {name: text.encode() for name, text in texts.items()}

    def text(self, version, name):
        return self.files[version.version - 1].get(name, b"").decode()

    def tags(self):
        return dict(self.model_tags)

    def set_tag(self, name, value):
        self.model_tags[name] = value

    def put(self, bundle: Bundle, **tags: str):
        """A version from elsewhere, with these tags."""
        number = len(self.shelf) + 1
        self.shelf.append((bundle, None))
        self.records.append(None)
        self.files.append({})
        self.known.append(ModelVersion(number, f"run{number}", (), 0, tags))
        return number
