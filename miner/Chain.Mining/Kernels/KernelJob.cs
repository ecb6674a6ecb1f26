namespace Chain.Mining;

/// <summary>What a launch passes to all of its threads by value.</summary>
/// <param name="midstate">The first round without the nonce.</param>
/// <param name="bound">The target's top 64 bits.</param>
/// <param name="firstNonce">Thread 0's first nonce; thread t begins t × <paramref name="noncesPerThread"/> later.</param>
/// <param name="noncesPerThread">How many nonces each thread tries; above zero.</param>
public readonly struct KernelJob(Midstate midstate, ulong bound, ulong firstNonce, int noncesPerThread)
{
    public readonly Midstate Midstate = midstate;
    public readonly ulong Bound = bound;
    public readonly ulong FirstNonce = firstNonce;
    public readonly int NoncesPerThread = noncesPerThread;
}
