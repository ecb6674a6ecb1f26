namespace Chain.Programs;

/// <summary>A new file that is there whole or not at all, whatever happens while it is written.</summary>
public static class WholeFile
{
    private const int BufferBytes = 1 << 20;

    /// <summary>
    /// Writes to a file beside it, which takes its name once all is on the device; what is left of one that failed is removed.
    /// </summary>
    /// <exception cref="IOException">The file exists, or cannot be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        if (Path.Exists(path))
            throw new IOException($"'{path}' exists. Name a file that does not: this command overwrites nothing.");
        var partial = path + ".part";
        try
        {
            using (var file = new FileStream(partial, FileMode.Create, FileAccess.Write))
            using (var stream = new BufferedStream(file, BufferBytes))
            {
                write(stream);
                stream.Flush();
                file.Flush(flushToDisk: true);
            }

            File.Move(partial, path);
        }
        finally
        {
            File.Delete(partial);
        }
    }
}
