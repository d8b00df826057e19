# Fendan's service. Build: docker build -t fendan .
# Run:   docker run -p 8000:8000 -e FENDAN_API_KEY=... -v fendan:/var/lib/fendan fendan
# Inside a container the service must listen beyond loopback, and it refuses to do so without
# a key: FENDAN_API_KEY, or one made with `fendan key create`. No key is part of the image.

FROM python:3.11-slim AS build
ENV UV_COMPILE_BYTECODE=1 \
    UV_LINK_MODE=copy \
    UV_PYTHON_DOWNLOADS=never \
    UV_PROJECT_ENVIRONMENT=/app/.venv
RUN pip install --no-cache-dir "uv==0.13.*"
WORKDIR /src
# The locked libraries first: this layer stays while only our own code changes.
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-dev --extra postgres --no-install-project
COPY README.md LICENSE fendan.py ./
COPY features features
COPY model model
COPY training training
COPY serving serving
COPY experiments experiments
RUN uv sync --frozen --no-dev --extra postgres --no-editable

FROM python:3.11-slim
# LightGBM's wheel links against the system's OpenMP, which the slim image lacks.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 fendan \
    && useradd --uid 10001 --gid fendan --create-home --home-dir /var/lib/fendan fendan
COPY --from=build /app/.venv /app/.venv
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    OMP_NUM_THREADS=1 \
    OMP_WAIT_POLICY=passive \
    DO_NOT_TRACK=true \
    MLFLOW_DISABLE_TELEMETRY=true \
    GIT_PYTHON_REFRESH=quiet \
    FENDAN_HOME=/var/lib/fendan \
    FENDAN_HOST=0.0.0.0 \
    FENDAN_PORT=8000 \
    NUMBA_CACHE_DIR=/var/lib/fendan/.cache/numba \
    MPLCONFIGDIR=/var/lib/fendan/.cache/matplotlib
USER 10001:10001
WORKDIR /var/lib/fendan
VOLUME /var/lib/fendan
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['FENDAN_PORT'] + '/healthz', timeout=4)"]
ENTRYPOINT ["fendan"]
CMD ["serve"]
