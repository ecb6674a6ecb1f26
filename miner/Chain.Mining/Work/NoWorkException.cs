using Chain.Rpc.Client;

namespace Chain.Mining;

/// <summary>No node will ever give work.</summary>
public sealed class NoWorkException(string message) : Exception(message);

/// <summary>A node gives no work, and says why.</summary>
/// <param name="isForGood">Whether asking again is of no use.</param>
internal sealed class WorkRefusedException(string message, bool isForGood) : ClientException(message)
{
    public bool IsForGood => isForGood;
}
