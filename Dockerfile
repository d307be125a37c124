# Parley with its record, in one image. The build stage installs; the second stage only runs.
# The base is named by tag, so that a plain build gets its corrections; `make image` names it by digest, too.
ARG BASE=python:3.13-slim-trixie

FROM $BASE AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /srv/parley
RUN python -m venv /venv
COPY requirements/postgres.txt requirements/
RUN /venv/bin/pip install --require-hashes --requirement requirements/postgres.txt
COPY . .
# Installed in place: migrations/ and seed_data/ stay beside app/, as in a checkout.
RUN /venv/bin/pip install --no-deps --no-build-isolation --editable . \
    && /venv/bin/pip uninstall --yes pip \
    && python -m compileall -q app migrations

FROM $BASE
ARG BASE
LABEL org.opencontainers.image.title="Parley" \
      org.opencontainers.image.description="Serves the record of a negotiation: who did, said and proposed what, when, and which source says so" \
      org.opencontainers.image.vendor="Parley contributors" \
      org.opencontainers.image.licenses="MIT AND CC-BY-4.0" \
      org.opencontainers.image.base.name="$BASE"
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin parley \
    && install --directory --owner=parley --group=parley /data
COPY --from=build /venv /venv
COPY --from=build /srv/parley /srv/parley
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DATABASE_URL=sqlite:////data/parley.db
WORKDIR /srv/parley
USER 10001:10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health/ready', timeout=4)"]
# Another command takes its place: `docker run … parley check seed_data`.
CMD ["/srv/parley/deploy/start"]
