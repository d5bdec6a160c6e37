# The owner of PCI: configuration space, and the parts of each function for its driver.
name   := pci
objs-y += main.o bars.o claims.o config.o function.o memory.o scan.o
