// The turns of ReDial and INSPIRED, and the table of their films.
#include <cstddef>
#include <cstdint>
#include <string>

#include "datasets/importers/film_table.h"
#include "datasets/importers/linked_dialogues.h"
#include "tests/fuzz/hostile_input.h"

namespace {

suite::FilmTable Films() {
  return suite::ParseFilmTable(R"({"<http://dbpedia.org/resource/Heat_(1995_film)>": 1, "<http://x/It>": 2})", "e.json",
                               "[1, 2]", "i.json");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text = suite::fuzz::TextOf(data, size);
  suite::fuzz::OnlyInputError([&] { suite::ParseFilmTable(text, "e.json", "[1, 2]", "i.json").AllNames(); });
  suite::fuzz::OnlyInputError([&] {
    suite::FilmTable films = Films();
    const auto turns = suite::ParseLinkedTurns(text, "test.jsonl", films);
    suite::CollectSpellings(turns, &films);
    for (const suite::LinkedTurn& turn : turns) suite::SampleFromTurn(turn, films);
  });
  return 0;
}
