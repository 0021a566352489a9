// How the process treats freed memory.
#pragma once

namespace suite {

// Lets malloc keep large freed blocks instead of giving each back to the system at once. A training step frees and
// takes the same large tensors again and again; without this every one of them is paged in anew (8 % of a step on the
// miniature). Call it first thing in main. Does nothing where the C library has no such setting.
void KeepFreedMemory();

}  // namespace suite
