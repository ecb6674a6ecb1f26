namespace Chain.Testnet;

/// <summary>A rule's own field of a manifest that cannot be used; the message is a sentence that names it.</summary>
public sealed class ManifestException(string message) : TestnetException(message);
