"""Builds, runs, pauses and resumes graphs. Import the modules: `intake` is light, `runner` imports langgraph."""
