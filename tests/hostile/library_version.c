/* kind: rules
 * does: a file of the library defines another one's name with a version, which a linker takes for the name
 * stage: 3
 * into: lib/fileserver/path.c
 * grade: start.a
 * ends: BUILD ERROR
 * prints: linking: path_link is defined twice
 */
__attribute__((used, symver("path_link@@V1"))) enum microk_status forged_link(void);
enum microk_status forged_link(void)
{
	return OK;
}
