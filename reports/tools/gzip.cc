#include "reports/tools/gzip.h"

#include <zlib.h>

#include "base/check.h"
#include "base/error.h"

namespace suite {
namespace {

constexpr size_t kBlock = 1 << 16;
// zlib's largest window, and 16 more for a gzip header.
constexpr int kGzipWindow = 15 + 16;

// zlib never writes through next_in.
Bytef* Readable(const std::string& bytes) { return reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data())); }

// Calls `step` until it gives another answer than Z_OK; what it wrote is added to `out`.
template <typename Step>
int Run(z_stream* stream, const Step& step, std::string* out) {
  int status = Z_OK;
  while (status == Z_OK) {
    const size_t size = out->size();
    out->resize(size + kBlock);
    stream->next_out = reinterpret_cast<Bytef*>(&(*out)[size]);
    stream->avail_out = kBlock;
    status = step();
    out->resize(size + kBlock - stream->avail_out);
  }
  return status;
}

}  // namespace

std::string Gzip(const std::string& bytes) {
  z_stream stream = {};
  SUITE_CHECK_EQ(deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kGzipWindow, 9, Z_DEFAULT_STRATEGY), Z_OK);
  stream.next_in = Readable(bytes);
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string packed;
  const int status = Run(
      &stream, [&stream] { return deflate(&stream, Z_FINISH); }, &packed);
  deflateEnd(&stream);
  SUITE_CHECK_EQ(status, Z_STREAM_END);
  return packed;
}

std::string Gunzip(const std::string& packed, const std::string& where) {
  z_stream stream = {};
  SUITE_CHECK_EQ(inflateInit2(&stream, kGzipWindow), Z_OK);
  stream.next_in = Readable(packed);
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string bytes;
  const int status = Run(
      &stream, [&stream] { return inflate(&stream, Z_NO_FLUSH); }, &bytes);
  const bool is_whole = status == Z_STREAM_END && stream.avail_in == 0;
  inflateEnd(&stream);
  if (!is_whole) throw InputError(where, "not a whole gzip file");
  return bytes;
}

}  // namespace suite
