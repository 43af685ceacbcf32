# Web server and worker of Openslot: one image, two commands (bin/web, python worker.py).

# The version that the tests use.
ARG PYTHON=3.11

FROM python:${PYTHON}-slim AS wheels
COPY requirements-server.txt .
RUN pip wheel --no-cache-dir --disable-pip-version-check --wheel-dir /wheels -r requirements-server.txt

FROM python:${PYTHON}-slim
LABEL org.opencontainers.image.title="Openslot" \
      org.opencontainers.image.description="Self-hosted meeting booking" \
      org.opencontainers.image.licenses="MIT"

RUN useradd --system --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin openslot
WORKDIR /srv/openslot
COPY requirements-server.txt .
RUN --mount=type=bind,from=wheels,source=/wheels,target=/wheels \
    pip install --no-cache-dir --disable-pip-version-check --no-index --find-links /wheels -r requirements-server.txt

# .dockerignore lists what belongs to the image. The files remain owned by root, because the processes only read them.
COPY . .
RUN python -m compileall -q webapp migrations wsgi.py worker.py

ENV PYTHONUNBUFFERED=1 WEB_HOST=0.0.0.0 PORT=8000
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=6s --start-period=30s --retries=3 \
    CMD ["python", "-m", "webapp.healthcheck", "web"]
CMD ["bin/web"]
