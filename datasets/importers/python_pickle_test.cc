#include "datasets/importers/python_pickle.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace suite {
namespace {

using namespace std::string_literals;

std::string Pickled(const std::string& body) { return "\x80\x04"s + body + "."; }

std::string Text(const std::string& text) { return "\x8c"s + static_cast<char>(text.size()) + text + "\x94"; }

std::string ErrorFor(const std::string& bytes) {
  try {
    ReadPickledItems(bytes, "c.pkl");
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

// pickle.dumps([('Heat', 1995), ('Old', 201), ('Heat', 2023)], protocol)
TEST(PythonPickle, ReadsTheListAsPythonWritesIt) {
  const std::vector<Item> expected{{"Heat", 1995}, {"Old", 201}, {"Heat", 2023}};
  const std::string protocol_2 =
      "\x80\x02]q\x00("
      "X\x04\x00\x00\x00Heatq\x01M\xcb\x07\x86q\x02X\x03\x00\x00\x00Oldq\x03K\xc9\x86q\x04h\x01M\xe7\x07\x86q\x05"
      "e."s;
  const std::string protocol_4 =
      "\x80\x04\x95\x22\x00\x00\x00\x00\x00\x00\x00]\x94("
      "\x8c\x04Heat\x94M\xcb\x07\x86\x94\x8c\x03Old\x94K\xc9\x86\x94h\x01M\xe7\x07\x86\x94"
      "e."s;
  EXPECT_EQ(ReadPickledItems(protocol_2, "c"), expected);
  EXPECT_EQ(ReadPickledItems(protocol_4, "c"), expected);
  std::string protocol_5 = protocol_4;
  protocol_5[1] = 5;
  EXPECT_EQ(ReadPickledItems(protocol_5, "c"), expected);
}

TEST(PythonPickle, ReadsEveryWayToWriteIntAndContainers) {
  const std::vector<Item> one{{"A", 1995}};
  for (const std::string& year :
       {"M\xcb\x07"s, "J\xcb\x07\x00\x00"s, "\x8a\x02\xcb\x07"s, "\x8b\x02\x00\x00\x00\xcb\x07"s, Text("1995")}) {
    EXPECT_EQ(ReadPickledItems(Pickled("](" + Text("A") + year + "\x86" + "e"), "c"), one);
    EXPECT_EQ(ReadPickledItems(Pickled("](" + Text("A") + year + "t" + "a"), "c"), one);  // tuple by mark, APPEND
    EXPECT_EQ(ReadPickledItems(Pickled("((" + Text("A") + year + "ll"), "c"), one);       // lists by mark
  }
  EXPECT_EQ(ReadPickledItems(Pickled("]X\x02\x00\x00\x00\xc3\xa9K\x01\x86"
                                     "a"s),
                             "c"),
            (std::vector<Item>{{"é", 1}}));
  EXPECT_EQ(ReadPickledItems(Pickled("]\x8d\x01\x00\x00\x00\x00\x00\x00\x00"
                                     "AK\x01\x86"
                                     "a"s),
                             "c"),
            (std::vector<Item>{{"A", 1}}));
}

// What os.system('...') looks like in a pickle, by GLOBAL and by STACK_GLOBAL.
TEST(PythonPickle, RefusesWhateverCouldRunCode) {
  EXPECT_EQ(
      ErrorFor("\x80\x02"
               "cos\nsystem\nX\x02\x00\x00\x00ls\x85R."s),
      "c.pkl: byte 2: instruction 0x63 (GLOBAL) is refused; allowed: a pickle of protocol 2 to 5 made of list, tuple, "
      "str and int");
  EXPECT_NE(ErrorFor(Pickled(Text("os") + Text("system") + "\x93")).find("0x93 (STACK_GLOBAL) is refused"),
            std::string::npos);
  EXPECT_NE(ErrorFor(Pickled("]K\x01\x85R")).find("0x52 (REDUCE) is refused"), std::string::npos);
  for (const char code :
       "bio\x81\x92\x82\x83\x84PQ}dsuN\x88\x89GBCILVSTUpg\x8f\x90\x91\x96\x97\x98"
       "012\xff\x01Zz"s) {
    EXPECT_NE(ErrorFor(Pickled("]"s + code)).find("is refused"), std::string::npos) << static_cast<int>(code);
  }
}

TEST(PythonPickle, RefusesWhatIsDamaged) {
  const std::string whole = Pickled("](" + Text("A") + "M\xcb\x07\x86" + "e");
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_NE(ErrorFor(whole.substr(0, size)), "no error") << size;
  }
  EXPECT_EQ(ErrorFor(""), "c.pkl: the file is empty; allowed: a pickle");
  EXPECT_EQ(ErrorFor(whole + "x"), "c.pkl: byte 13: 1 bytes after STOP; allowed: one pickle and no more");
  EXPECT_EQ(ErrorFor("\x80\x06]."s), "c.pkl: byte 0: protocol 6; allowed: 2 to 5");
  EXPECT_EQ(ErrorFor("\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\xff]."s),
            "c.pkl: byte 2: a frame of 18446744073709551615 bytes; allowed: what the file holds");
  EXPECT_EQ(ErrorFor(Pickled("X\xff\xff\xff\xff"
                             "A"s)),
            "c.pkl: byte 2: the file ends inside an instruction; allowed: 4294967295 more bytes, found 2");
  EXPECT_EQ(ErrorFor(Pickled("\x8c\x01\xff"s)), "c.pkl: byte 2: a str that is not UTF-8; allowed: UTF-8 text");
  EXPECT_EQ(ErrorFor(Pickled("h\x07"s)), "c.pkl: byte 2: memo 7 was never stored; allowed: one stored before");
  EXPECT_EQ(ErrorFor(Pickled("t")), "c.pkl: byte 2: no MARK on the stack; allowed: MARK before it");
  EXPECT_EQ(ErrorFor(Pickled("\x86")), "c.pkl: byte 2: the stack is too short; allowed: 2 values on it");
  EXPECT_EQ(ErrorFor(Pickled("(\x85")), "c.pkl: byte 3: the stack is too short; allowed: 1 values on it");
  EXPECT_EQ(ErrorFor(Pickled("K\x01K\x02"
                             "a"s)),
            "c.pkl: byte 6: no list to append to; allowed: a list");
  EXPECT_EQ(ErrorFor(Pickled("\x94")), "c.pkl: byte 2: nothing to memoize; allowed: a value on the stack");
  EXPECT_EQ(ErrorFor(Pickled("\x8a\x09"
                             "123456789"s)),
            "c.pkl: byte 2: an int of 9 bytes; allowed: at most 8 bytes");
  EXPECT_EQ(ErrorFor(Pickled("]]")), "c.pkl: byte 4: STOP with 2 values; allowed: one");
}

TEST(PythonPickle, BoundsTitles) {
  const auto titled = [](size_t size) {
    return Pickled("]X"s + static_cast<char>(size & 255) + static_cast<char>(size >> 8) + "\0\0"s +
                   std::string(size, 'a') + "K\x01\x86" + "a");
  };
  EXPECT_EQ(ErrorFor(titled(500)), "no error");
  EXPECT_EQ(ErrorFor(titled(501)), "c.pkl: entry 0: a title of 501 bytes; allowed: at most 500");
}

TEST(PythonPickle, RefusesWhatIsNoCatalogue) {
  const auto entry = [](const std::string& pair) { return ErrorFor(Pickled("]" + pair + "a")); };
  EXPECT_EQ(ErrorFor(Pickled("K\x01"s)), "c.pkl: the value is no list; allowed: a list of (title, year) tuples");
  EXPECT_EQ(ErrorFor(Pickled("]")), "c.pkl: the list is empty; allowed: a list of (title, year) tuples");
  EXPECT_EQ(entry("K\x01"s), "c.pkl: entry 0: not a pair; allowed: a (title, year) tuple");
  EXPECT_EQ(entry(")"), "c.pkl: entry 0: not a pair; allowed: a (title, year) tuple");
  EXPECT_EQ(entry("K\x01K\x01\x86"s), "c.pkl: entry 0: the title is no text; allowed: a str");
  EXPECT_EQ(entry(Text("A") + ")\x86"),
            "c.pkl: entry 0: the year is a list or tuple; allowed: an int or str from 0 to 9999");
  EXPECT_EQ(entry(Text("A") + "J\x10\x27\x00\x00\x86"s),
            "c.pkl: entry 0: year 10000; allowed: an int or str from 0 to 9999");
  EXPECT_EQ(entry(Text("A") + "\x8a\x01\xff\x86"s), "c.pkl: entry 0: year -1; allowed: an int or str from 0 to 9999");
  EXPECT_EQ(entry(Text("A") + Text("n/a") + "\x86"),
            "c.pkl: entry 0: year 'n/a'; allowed: an int or str from 0 to 9999");
  EXPECT_EQ(ErrorFor(Pickled("]\x94h\x00"
                             "a"s)),
            "c.pkl: entry 0: not a pair; allowed: a (title, year) tuple");  // a cycle
}

}  // namespace
}  // namespace suite
