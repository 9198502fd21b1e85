"""The GitHub Action: inputs from the environment, annotations, job summary and outputs. Knows no migrations."""
