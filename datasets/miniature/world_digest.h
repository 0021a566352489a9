// A name for a world: equal exactly when the films, their qualities and the seed are.
//
//   WorldDigest(data.world).substr(0, 16)        // part of the identity of whatever answers from that world
#pragma once

#include <string>

#include "datasets/miniature/world.h"

namespace suite {

// SHA-256 as hexadecimal.
std::string WorldDigest(const World& world);

}  // namespace suite
