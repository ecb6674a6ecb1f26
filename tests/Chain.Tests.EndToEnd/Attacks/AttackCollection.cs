namespace Chain.Tests.EndToEnd;

/// <summary>Attacks run one after another, when all other tests are over: the machine is theirs alone.</summary>
[CollectionDefinition("attacks", DisableParallelization = true)]
public sealed class AttackCollection;
