// The text of reports/results/published.toml, built into the program so that reports need no file beside it. Made
// by BUILD.
#pragma once

namespace suite {

extern const char kPublishedToml[];

}  // namespace suite
