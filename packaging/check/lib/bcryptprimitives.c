// The one function that Go takes from bcryptprimitives.dll, for a Wine that has no such library. windows.test.mjs tells more.
#include <windows.h>
#include <ntsecapi.h>

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size) { return RtlGenRandom(data, size); }
