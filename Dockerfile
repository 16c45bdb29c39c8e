# The project's own services, one image: ingest, accounting, api, dashboards, simulate.
FROM python:3.11-slim-bookworm AS build
WORKDIR /build
COPY requirements.lock ./
RUN python -m venv /opt/guangfu && /opt/guangfu/bin/pip install --no-cache-dir -r requirements.lock
COPY pyproject.toml README.md ./
COPY guangfu guangfu
COPY simulators simulators
COPY ingest ingest
COPY accounting accounting
COPY api api
COPY dashboards dashboards
RUN /opt/guangfu/bin/pip install --no-cache-dir --no-deps .

FROM python:3.11-slim-bookworm
# What `guangfu papers` draws PDFs with: Pango, and Noto's Chinese fonts.
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends \
      libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /var/guangfu guangfu && install -d -o guangfu -g guangfu /var/guangfu
COPY --from=build /opt/guangfu /opt/guangfu
ENV PATH=/opt/guangfu/bin:$PATH PYTHONUNBUFFERED=1
USER guangfu
WORKDIR /var/guangfu
VOLUME /var/guangfu
ENTRYPOINT ["guangfu"]
CMD ["--help"]
