/*
 * Stands in for libWeWorkFinanceSdk_C.so with the same ABI (WeWorkFinanceSdk_C.h, SDK 3.0). The secret given to Init is
 * a folder: `records` holds one record of GetChatData a line, by rising seq; `faults` holds what is to go wrong, one line
 * each, used up from the top: "GetChatData abort", "DecryptData hang", "Init error 10009", "GetChatData answer TEXT".
 * DecryptData takes off base64 and an XOR with the random key, in place of the algorithm that is not published.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct Slice_t {
  char *buf;
  int len;
} Slice_t;

typedef struct WeWorkFinanceSdk_t {
  int opened;
} WeWorkFinanceSdk_t;

static char folder[4000];
static char *data;
static size_t lines;
static char **line_at;
static unsigned long long *seq_at;
static struct stat loaded;
static int live_slices;

static char *read_file(const char *name, long *size) {
  char path[4100];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "rb");
  if (!file) return NULL;
  fseek(file, 0, SEEK_END);
  *size = ftell(file);
  rewind(file);
  char *text = malloc(*size + 1);
  if (fread(text, 1, *size, file) != (size_t)*size) *size = 0;
  text[*size] = 0;
  fclose(file);
  return text;
}

static int set_slice(Slice_t *slice, const char *text, size_t length) {
  free(slice->buf);
  /* No NUL at the end: callers must go by the length. */
  slice->buf = malloc(length + 1);
  memcpy(slice->buf, text, length);
  slice->buf[length] = '#';
  slice->len = (int)length;
  return 0;
}

/* Carries out the first line of `faults` where it is for this function; -1 where nothing is to go wrong. */
static int fault(const char *function, Slice_t *slice) {
  long size;
  char *text = read_file("faults", &size);
  if (!text) return -1;
  size_t name = strlen(function);
  if (strncmp(text, function, name) != 0 || text[name] != ' ') {
    free(text);
    return -1;
  }
  char *end = strchr(text, '\n');
  if (end) *end = 0;
  char path[4100], next[4100];
  snprintf(path, sizeof path, "%s/faults", folder);
  snprintf(next, sizeof next, "%s/faults.next", folder);
  FILE *rest = fopen(next, "wb");
  if (end) fputs(end + 1, rest);
  fclose(rest);
  rename(next, path);
  char *what = text + name + 1;
  if (strcmp(what, "abort") == 0) abort();
  if (strcmp(what, "hang") == 0)
    for (;;) pause();
  if (strncmp(what, "answer ", 7) == 0 && slice) return set_slice(slice, what + 7, strlen(what + 7));
  if (strncmp(what, "error ", 6) == 0) return atoi(what + 6);
  return 10000;
}

/* Reads `records` where it has changed; 0 where it is not there. */
static int load(void) {
  char path[4100];
  struct stat now;
  snprintf(path, sizeof path, "%s/records", folder);
  if (stat(path, &now) != 0) return 0;
  if (data && now.st_ino == loaded.st_ino && now.st_size == loaded.st_size) return 1;
  loaded = now;
  free(data);
  free(line_at);
  free(seq_at);
  long size;
  data = read_file("records", &size);
  if (!data) return 0;
  lines = 0;
  for (char *at = data; *at; at++) lines += *at == '\n';
  line_at = malloc((lines + 1) * sizeof *line_at);
  seq_at = malloc((lines + 1) * sizeof *seq_at);
  char *at = data;
  for (size_t index = 0; index < lines; index++) {
    line_at[index] = at;
    seq_at[index] = strtoull(at + strlen("{\"seq\":"), NULL, 10);
    at = strchr(at, '\n') + 1;
  }
  line_at[lines] = at;
  return 1;
}

WeWorkFinanceSdk_t *NewSdk(void) { return calloc(1, sizeof(WeWorkFinanceSdk_t)); }

int Init(WeWorkFinanceSdk_t *sdk, const char *corpid, const char *secret) {
  if (sdk->opened || !*corpid) return 10000;
  snprintf(folder, sizeof folder, "%s", secret);
  int wrong = fault("Init", NULL);
  if (wrong >= 0) return wrong;
  /* A library may print whatever it likes. */
  printf("corpid %s secret %s\n", corpid, secret);
  fflush(stdout);
  if (!load()) return 10001;
  sdk->opened = 1;
  return 0;
}

int GetChatData(WeWorkFinanceSdk_t *sdk, unsigned long long seq, unsigned int limit, const char *proxy,
                const char *passwd, int timeout, Slice_t *slice) {
  int wrong = fault("GetChatData", slice);
  if (wrong >= 0) return wrong;
  /* A slice that was not freed is a leak. */
  if (!sdk->opened || limit > 1000 || timeout <= 0 || !proxy || !passwd || live_slices != 1) return 10000;
  if (!load()) return 10001;
  size_t from = 0, to = lines;
  while (from < to) {
    size_t middle = (from + to) / 2;
    if (seq_at[middle] > seq)
      to = middle;
    else
      from = middle + 1;
  }
  to = from + limit < lines ? from + limit : lines;
  const char *head = "{\"errcode\":0,\"errmsg\":\"ok\",\"chatdata\":[";
  size_t bytes = line_at[to] - line_at[from];
  char *text = malloc(strlen(head) + bytes + 3);
  char *end = text + sprintf(text, "%s", head);
  memcpy(end, line_at[from], bytes);
  for (size_t index = 0; index < bytes; index++)
    if (end[index] == '\n') end[index] = ',';
  end += bytes > 0 ? bytes - 1 : 0;
  end += sprintf(end, "]}");
  set_slice(slice, text, end - text);
  free(text);
  return 0;
}

static int digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

int DecryptData(const char *key, const char *message, Slice_t *slice) {
  int wrong = fault("DecryptData", slice);
  if (wrong >= 0) return wrong;
  if (!*key || live_slices != 1) return 10008;
  size_t length = strlen(message), keys = strlen(key), size = 0;
  char *text = malloc(length + 1);
  unsigned bits = 0;
  int held = 0;
  for (size_t index = 0; index < length && message[index] != '='; index++) {
    int value = digit(message[index]);
    if (value < 0) break;
    bits = bits << 6 | (unsigned)value;
    held += 6;
    if (held >= 8) {
      held -= 8;
      text[size] = (char)(bits >> held & 0xff) ^ key[size % keys];
      size++;
    }
  }
  if (size == 0 || text[0] != '{') {
    free(text);
    return 10006;
  }
  set_slice(slice, text, size);
  free(text);
  return 0;
}

void DestroySdk(WeWorkFinanceSdk_t *sdk) { free(sdk); }

Slice_t *NewSlice(void) {
  live_slices++;
  return calloc(1, sizeof(Slice_t));
}

void FreeSlice(Slice_t *slice) {
  live_slices--;
  free(slice->buf);
  free(slice);
}

char *GetContentFromSlice(Slice_t *slice) { return slice->buf; }
int GetSliceLen(Slice_t *slice) { return slice->len; }
