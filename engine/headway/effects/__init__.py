"""What a migration does, as plain values. Whoever produced them (source, SQL text, a recording) does not matter."""
