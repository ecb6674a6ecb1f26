namespace Chain.Consensus;

/// <summary>Someone that a node acts for: a validator, a signer. Who holds the key is the host's matter.</summary>
/// <param name="Key">Its public key.</param>
public abstract record DutyHolder(ValidatorKey Key);
