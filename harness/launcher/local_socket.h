// A listening TCP socket of this machine's loopback device at a port of the kernel's choice.
//
//   LocalSocket meeting;
//   MASTER_PORT = meeting.port(); rank 0 inherits meeting.fd() and serves the store on it
//
// Internal to harness/launcher. The port is taken from here on, so nobody can come between its choice and its use, and
// two runs side by side never meet.
#pragma once

#include <cstdint>

namespace suite {

class LocalSocket {
 public:
  // Throws std::system_error when there is none to be had.
  LocalSocket();
  ~LocalSocket();
  LocalSocket(const LocalSocket&) = delete;
  LocalSocket& operator=(const LocalSocket&) = delete;

  int fd() const { return fd_; }  // above the numbers that a child's own descriptors have
  uint16_t port() const { return port_; }

 private:
  int fd_ = -1;
  uint16_t port_ = 0;
};

}  // namespace suite
