# The lessons on the processor:
#   docker build -t cifar10-tslab .
#   docker run --rm -it --init -p 127.0.0.1:8888:8888 cifar10-tslab
FROM node:24-bookworm-slim AS tools
# No versions: Debian's stable packages change only for security, and then the old ones are gone.
# hadolint ignore=DL3008
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates g++ git python3 python3-venv \
  && rm -rf /var/lib/apt/lists/*

FROM tools
# `node`, which the base image has.
USER 1000
WORKDIR /home/node/cifar10-tslab
COPY --chown=node:node . .
RUN --mount=type=cache,target=/home/node/.npm,uid=1000,gid=1000 \
  --mount=type=cache,target=/home/node/.cache/pip,uid=1000,gid=1000 \
  npm run setup -- --cpu
EXPOSE 8888
CMD ["npm", "run", "lab", "--", "--ip=0.0.0.0", "--no-browser"]
