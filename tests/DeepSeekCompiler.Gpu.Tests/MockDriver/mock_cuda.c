// A CUDA driver that pretends: it has the functions that ILGPU and the runtime call, keeps "device" memory on the host, writes down what it is asked for,
// and runs no kernel. Tests set its facts and read its log through the functions whose names begin with mock_.
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OUT_OF_MEMORY 2
#define INVALID_VALUE 1
#define INVALID_PTX 218
#define UNSUPPORTED_PTX 222
#define CAPTURE_UNSUPPORTED 900
#define CAPTURE_INVALIDATED 901

typedef void *handle;

// Facts, settable by name.
static struct { const char *name; long value; } facts[] = {
    {"driver", 12040}, {"devices", 1}, {"major", 9}, {"minor", 0}, {"memory", 80L << 30}, {"optin", 232448}, {"assemble", 0}, {"refuse-capture", 0}, {"refuse-image", 0}, {"registers", 64}, {"local", 0},
};
static char assembler[4096];
static char *log_text;
static size_t log_size;
static long allocated;
static int capturing;
// Microseconds that launches took: one for every thread.
static long elapsed;
static char *captured;
static size_t captured_size;

static long *fact(const char *name) {
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        if (!strcmp(facts[i].name, name)) return &facts[i].value;
    abort();
}

static void append(char **text, size_t *size, const char *line) {
    size_t more = strlen(line);
    *text = realloc(*text, *size + more + 1);
    memcpy(*text + *size, line, more + 1);
    *size += more;
}

static void note(const char *format, ...) {
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    append(&log_text, &log_size, line);
}

void mock_set(const char *name, long value) { *fact(name) = value; }
void mock_assembler(const char *path) { snprintf(assembler, sizeof assembler, "%s", path); }
const char *mock_log(void) { return log_text ? log_text : ""; }
void mock_reset(void) { free(log_text); log_text = NULL; log_size = 0; }
long mock_allocated(void) { return allocated; }

int cuInit(unsigned flags) { return 0; }
int cuDriverGetVersion(int *version) { *version = (int)*fact("driver"); return 0; }
int cuDeviceGetCount(int *count) { *count = (int)*fact("devices"); return 0; }
int cuDeviceGet(int *device, int ordinal) { *device = ordinal; return 0; }
int cuDeviceGetName(char *name, int size, int device) { snprintf(name, size, "Mock GPU %d", device); return 0; }
int cuDeviceTotalMem_v2(size_t *bytes, int device) { *bytes = *fact("memory"); return 0; }
int cuDeviceGetAttribute(int *value, int attribute, int device) {
    switch (attribute) {
    case 1: case 2: case 3: *value = 1024; break;   // threads of a group
    case 4: *value = 64; break;
    case 5: *value = 2147483647; break;             // groups
    case 6: case 7: *value = 65535; break;
    case 8: *value = 49152; break;                  // shared memory of a group
    case 9: case 12: case 82: *value = 65536; break; // constant memory, registers
    case 10: *value = 32; break;                    // warp
    case 13: *value = 1755000; break;
    case 16: *value = 132; break;                   // multiprocessors
    case 19: case 41: case 83: *value = 1; break;
    case 33: *value = device; break;                // PCI bus: two devices are not one
    case 39: *value = 2048; break;
    case 75: *value = (int)*fact("major"); break;
    case 76: *value = (int)*fact("minor"); break;
    case 81: *value = 233472; break;
    case 97: *value = (int)*fact("optin"); break;
    default: *value = 0;
    }
    return 0;
}

int cuCtxCreate_v2(handle *context, unsigned flags, int device) { *context = malloc(8); return 0; }
int cuCtxDestroy_v2(handle context) { free(context); return 0; }
int cuCtxSetCurrent(handle context) { return 0; }
int cuCtxSynchronize(void) { if (capturing) return CAPTURE_UNSUPPORTED; note("synchronize\n"); return 0; }
int cuCtxGetCacheConfig(int *value) { *value = 0; return 0; }
int cuCtxSetCacheConfig(int value) { return 0; }
int cuCtxGetSharedMemConfig(int *value) { *value = 0; return 0; }
int cuCtxSetSharedMemConfig(int value) { return 0; }
int cuDeviceCanAccessPeer(int *can, int a, int b) { *can = 0; return 0; }
int cuCtxEnablePeerAccess(handle context, unsigned flags) { return 0; }
int cuCtxDisablePeerAccess(handle context) { return 0; }
int cuDeviceGetP2PAttribute(int *value, int attribute, int a, int b) { *value = 0; return 0; }
int cuPointerGetAttribute(void *value, int attribute, handle pointer) { *(int *)value = 2; return 0; }
int cuMemGetInfo_v2(size_t *available, size_t *total) { *total = *fact("memory"); *available = *total - allocated; return 0; }
int cuMemAlloc_v2(handle *memory, size_t bytes) {
    if (capturing) return CAPTURE_UNSUPPORTED;
    if (allocated + (long)bytes > *fact("memory")) { note("allocate %zu refused\n", bytes); return OUT_OF_MEMORY; }
    // The size stands in front of the block.
    char *block = aligned_alloc(256, (bytes + 511) & ~(size_t)255);
    *(size_t *)block = bytes;
    memset(block + 256, 0, bytes);
    allocated += bytes;
    *memory = block + 256;
    note("allocate %zu\n", bytes);
    return 0;
}
int cuMemFree_v2(handle memory) { char *block = (char *)memory - 256; allocated -= *(size_t *)block; free(block); return 0; }
int cuMemAllocHost_v2(handle *memory, size_t bytes) { *memory = malloc(bytes); return 0; }
int cuMemFreeHost(handle memory) { free(memory); return 0; }
int cuMemcpyAsync(handle to, handle from, size_t bytes, handle stream) {
    if (capturing) return CAPTURE_UNSUPPORTED;
    memmove(to, from, bytes);
    note("copy %zu\n", bytes);
    return 0;
}
int cuMemsetD8Async(handle to, unsigned char value, size_t bytes, handle stream) { memset(to, value, bytes); return 0; }
int cuMemHostRegister_v2(handle memory, size_t bytes, unsigned flags) { return 0; }
int cuMemHostUnregister(handle memory) { return 0; }
int cuMemHostGetDevicePointer_v2(handle *device, handle host, unsigned flags) { *device = host; return 0; }

int cuStreamCreate(handle *stream, unsigned flags) { *stream = malloc(8); note("stream %u\n", flags); return 0; }
int cuStreamCreateWithPriority(handle *stream, unsigned flags, int priority) { return cuStreamCreate(stream, flags); }
int cuStreamDestroy_v2(handle stream) { free(stream); return 0; }
int cuStreamSynchronize(handle stream) { return capturing ? CAPTURE_UNSUPPORTED : 0; }
int cuGetErrorString(int error, const char **text) { *text = "mock error"; return 0; }

// A text is checked as a driver would: its version, and its grammar by ptxas where a test named one. The "machine code" is the text behind a mark.
static int assemble(const char *text, char *error, size_t error_size, char **image, size_t *size) {
    int major = 0, minor = 0, driver = (int)*fact("driver");
    const char *version = strstr(text, ".version "), *target = strstr(text, ".target ");
    char architecture[32] = "";
    if (version) sscanf(version, ".version %d.%d", &major, &minor);
    if (target) sscanf(target, ".target %31[a-z0-9_]", architecture);
    note("assemble PTX %d.%d for %s\n", major, minor, architecture);
    if (!version || !target) { snprintf(error, error_size, "no version or target"); return INVALID_PTX; }
    int known = driver >= 13000 ? 900 + (driver - 13000) / 10 : driver >= 12060 ? 805 + (driver - 12060) / 10 : 800 + (driver - 12000) / 10;
    if (100 * major + minor > known) return UNSUPPORTED_PTX;
    if (*fact("assemble")) {
        char path[] = "/tmp/mock-cuda-XXXXXX", command[9000];
        int file = mkstemp(path);
        if (write(file, text, strlen(text)) < 0) return INVALID_PTX;
        close(file);
        snprintf(command, sizeof command, "'%s' -arch=%s -o /dev/null %s 2>&1", assembler, architecture, path);
        FILE *output = popen(command, "r");
        size_t read = fread(error, 1, error_size - 1, output);
        error[read] = 0;
        int code = pclose(output);
        unlink(path);
        if (code) return INVALID_PTX;
    }
    *size = strlen(text) + 5;
    *image = malloc(*size);
    memcpy(*image, "\x7f" "ELF", 4);
    memcpy(*image + 4, text, *size - 4);
    return 0;
}

typedef struct { char *image; size_t size; char *log; size_t log_size; } linker;
int cuLinkCreate_v2(unsigned count, int *options, handle *values, handle *state) {
    linker *made = calloc(1, sizeof *made);
    for (unsigned i = 0; i < count; i++) {
        if (options[i] == 5) made->log = values[i];
        if (options[i] == 6) made->log_size = (size_t)values[i];
    }
    *state = made;
    return 0;
}
int cuLinkAddData_v2(handle state, int type, handle data, size_t size, const char *name, unsigned count, int *options, handle *values) {
    linker *made = state;
    char unused[1024];
    return assemble(data, made->log ? made->log : unused, made->log ? made->log_size : sizeof unused, &made->image, &made->size);
}
int cuLinkComplete(handle state, handle *image, size_t *size) { *image = ((linker *)state)->image; *size = ((linker *)state)->size; return 0; }
int cuLinkDestroy(handle state) { free(((linker *)state)->image); free(state); return 0; }

int cuModuleLoadDataEx(handle *module, const char *image, unsigned count, int *options, handle *values) {
    if (capturing) return CAPTURE_UNSUPPORTED;
    if (memcmp(image, "\x7f" "ELF", 4)) {
        // A text, compiled as a whole.
        char unused[1024], *made;
        size_t size;
        int error = assemble(image, unused, sizeof unused, &made, &size);
        if (error) return error;
        note("load text\n");
        *module = strdup(made + 4);
        free(made);
        return 0;
    }
    if (*fact("refuse-image")) { *fact("refuse-image") -= 1; return 209; }
    note("load\n");
    *module = strdup(image + 4);
    return 0;
}
int cuModuleLoadData(handle *module, const char *image) { return cuModuleLoadDataEx(module, image, 0, NULL, NULL); }
int cuModuleUnload(handle module) { free(module); return 0; }

typedef struct { char name[128]; int dynamic; } function;
int cuModuleGetFunction(handle *result, handle module, const char *name) {
    char entry[160];
    snprintf(entry, sizeof entry, ".entry %s(", name);
    if (!strstr(module, entry)) return 500;
    function *made = calloc(1, sizeof *made);
    snprintf(made->name, sizeof made->name, "%s", name);
    made->dynamic = 49152;
    *result = made;
    return 0;
}
int cuFuncSetAttribute(handle f, int attribute, int value) {
    note("attribute %d of %s = %d\n", attribute, ((function *)f)->name, value);
    if (attribute == 8 && value > *fact("optin")) return INVALID_VALUE;
    if (attribute == 8) ((function *)f)->dynamic = value;
    return 0;
}

// 1, 3, 4: shared memory, local memory, registers.
int cuFuncGetAttribute(int *value, int attribute, handle f) {
    *value = attribute == 4 ? (int)*fact("registers") : attribute == 3 ? (int)*fact("local") : 0;
    return 0;
}

// extra: 1, buffer, 2, size, 0.
int cuLaunchKernel(handle f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned shared, handle stream, handle *arguments, handle *extra) {
    function *called = f;
    char line[256];
    unsigned long hash = 5381;
    size_t bytes = extra ? *(size_t *)extra[3] : 0;
    for (size_t i = 0; i < bytes; i++) hash = hash * 33 ^ ((unsigned char *)extra[1])[i];
    snprintf(line, sizeof line, "launch %s grid %u,%u,%u block %u,%u,%u shared %u arguments %zu hash %lx\n", called->name, gx, gy, gz, bx, by, bz, shared, bytes, hash);
    if ((int)shared > called->dynamic) return INVALID_VALUE;
    elapsed += (long)gx * bx;
    if (capturing) append(&captured, &captured_size, line);
    else note("%s", line);
    return 0;
}

// A tensor map is 128 bytes; what was asked for is written down.
int cuTensorMapEncodeTiled(handle map, int type, unsigned rank, handle address, const uint64_t *size, const uint64_t *pitch, const unsigned *box, const unsigned *step, int interleave, int swizzle, int promotion, int fill) {
    if (rank != 2 || (uintptr_t)address % 16 || pitch[0] % 16 || box[0] > 256 || box[1] > 256) return INVALID_VALUE;
    memset(map, 0, 128);
    note("map type %d size %lu,%lu pitch %lu box %u,%u swizzle %d\n", type, (unsigned long)size[0], (unsigned long)size[1], (unsigned long)pitch[0], box[0], box[1], swizzle);
    return 0;
}

typedef struct { char *launches; } graph;
int cuStreamBeginCapture_v2(handle stream, int mode) {
    note("begin capture %d\n", mode);
    if (*fact("refuse-capture") || !stream) return CAPTURE_UNSUPPORTED;
    capturing = 1;
    captured = NULL;
    captured_size = 0;
    return 0;
}
int cuStreamEndCapture(handle stream, handle *result) {
    if (!capturing) return CAPTURE_INVALIDATED;
    capturing = 0;
    graph *made = malloc(sizeof *made);
    made->launches = captured ? captured : strdup("");
    captured = NULL;
    *result = made;
    note("end capture\n");
    return 0;
}
int cuGraphInstantiateWithFlags(handle *executable, handle g, unsigned long long flags) {
    graph *made = malloc(sizeof *made);
    made->launches = strdup(((graph *)g)->launches);
    *executable = made;
    note("instantiate\n");
    return 0;
}
int cuGraphLaunch(handle executable, handle stream) {
    note("replay\n");
    append(&log_text, &log_size, ((graph *)executable)->launches);
    return 0;
}
int cuGraphExecDestroy(handle g) { free(((graph *)g)->launches); free(g); note("destroy executable\n"); return 0; }
int cuGraphDestroy(handle g) { free(((graph *)g)->launches); free(g); return 0; }

int cuOccupancyMaxActiveBlocksPerMultiprocessor(int *groups, handle f, int threads, size_t shared) { *groups = 1; return 0; }
int cuOccupancyMaxPotentialBlockSize(int *groups, int *threads, handle f, handle callback, size_t shared, int limit) { *groups = 132; *threads = 256; return 0; }
int cuEventCreate(handle *event, unsigned flags) { *event = malloc(8); return 0; }
int cuEventDestroy_v2(handle event) { free(event); return 0; }
int cuEventQuery(handle event) { return 0; }
int cuEventElapsedTime(float *ms, handle a, handle b) { *ms = (*(long *)b - *(long *)a) / 1e3f; return 0; }
int cuEventRecord(handle event, handle stream) { *(long *)event = elapsed; return 0; }
int cuEventSynchronize(handle event) { return 0; }
