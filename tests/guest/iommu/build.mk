name := t_iommu
objs-y += main.o
shared-y += tests/guest/kit/kit.o
shared-y += tests/guest/kit/apart.o
shared-y += tests/guest/kit/load.o
shared-y += tests/guest/kit/edu.o
shared-y += tests/guest/kit/catch.o
