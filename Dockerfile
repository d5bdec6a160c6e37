# All that MicroK needs, on Debian's current release; only tools/setup.sh has the list of packages. The tree is mounted:
#
#   docker build -t microk .
#   docker run -it --rm -v "$PWD:/work" microk make run
#   docker run -it --rm -v "$PWD:/work" -p 127.0.0.1:8080:8080 microk make web LISTEN=0.0.0.0
#
# tools/image_chroot.py runs these steps without a container engine; it knows the instructions used here.
FROM debian:stable
COPY tools/setup.sh /opt/microk/tools/
RUN apt-get update && apt-get install -y --no-install-recommends make
RUN /opt/microk/tools/setup.sh all && rm -rf /var/lib/apt/lists/* /opt/microk
# The mounted tree belongs to a user other than root.
RUN git config --system --add safe.directory /work
WORKDIR /work
CMD ["make", "run"]
