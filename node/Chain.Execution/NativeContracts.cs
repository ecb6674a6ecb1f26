namespace Chain.Execution;

/// <summary>The native contracts of a chain.</summary>
public sealed class NativeContracts
{
    public static readonly NativeContracts None = new();
}
