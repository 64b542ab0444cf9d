"""The parts of benchmarks/bench_exam.py."""
