"""What the pages run, run elsewhere: every cell of every chapter in WebAssembly, compared with the recorded outputs."""
