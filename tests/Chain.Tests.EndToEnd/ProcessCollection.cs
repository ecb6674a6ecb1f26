namespace Chain.Tests.EndToEnd;

/// <summary>Tests that start processes run one after another: the machine is theirs alone then.</summary>
[CollectionDefinition("processes", DisableParallelization = true)]
public sealed class ProcessCollection;
