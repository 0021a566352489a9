// What a test looks at in the folder of a sweep's runs while launchers work there.
//
//   ASSERT_TRUE(WaitFor([&] { return HasSteps(runs, 3); })) << launcher.Output();
//   EXPECT_EQ(CountLines(OnlyRun(runs) + "/log.txt", "goes on after step"), 1);
#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace suite {

// Looks every 10 ms for a minute; false when it has not come true.
bool WaitFor(const std::function<bool()>& what);

// Lines of a file that begin so; 0 when it is not there.
int CountLines(const std::string& path, const std::string& beginning);

// The same over the logs of all runs in the folder.
int CountInLogs(const std::string& runs, const std::string& beginning);

// The folder of the one run that there is.
std::string OnlyRun(const std::string& runs);

// Steps that it has recorded; 0 while there is no run.
size_t StepsOf(const std::string& runs);

// Whether it has recorded so many.
bool HasSteps(const std::string& runs, size_t steps);

}  // namespace suite
