namespace Chain.Testnet;

/// <summary>A test network cannot do what was asked; the message says why, with the values, and what to do.</summary>
public sealed class TestnetException(string message, Exception? inner = null) : Exception(message, inner);
