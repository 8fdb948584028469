const NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
const DECLARED = '<?xml version="1.0" encoding="UTF-8"?>\n';
const TAG = '"d41d8cd98f00b204e9800998ecf8427e"';

const listed = (key: string) =>
  `<Contents><Key>${key}</Key><LastModified>2026-11-26T03:05:22.948Z</LastModified>` +
  `<ETag>&quot;0123&quot;</ETag><Size>64</Size><StorageClass>STANDARD</StorageClass></Contents>`;

const versioned = (key: string) =>
  `<Version><Key>${key}</Key><VersionId>v1</VersionId><IsLatest>true</IsLatest><Size>64</Size>` +
  `<ETag>&quot;0123&quot;</ETag></Version>`;

/** Bodies that S3 gives to requests of the preparation, the clean-up and the engines. */
export const XML_BODIES: readonly string[] = [
  `${DECLARED}<ListBucketResult ${NAMESPACE}><Name>assay</Name><Prefix>run/</Prefix><KeyCount>2` +
    `</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>${listed("run/d/0.bin")}` +
    `${listed("run/d/1.bin")}</ListBucketResult>`,
  `${DECLARED}<ListBucketResult ${NAMESPACE}><Name>assay</Name><IsTruncated>true</IsTruncated>` +
    `<NextContinuationToken>next==</NextContinuationToken>${listed("run/d/2.bin")}` +
    "<CommonPrefixes><Prefix>run/e/</Prefix></CommonPrefixes></ListBucketResult>",
  `${DECLARED}<ListVersionsResult ${NAMESPACE}><IsTruncated>false</IsTruncated>` +
    `${versioned("run/d/0.bin")}<DeleteMarker><Key>run/d/1.bin</Key><VersionId>v2</VersionId>` +
    "</DeleteMarker></ListVersionsResult>",
  `${DECLARED}<ListMultipartUploadsResult ${NAMESPACE}><IsTruncated>false</IsTruncated><Upload>` +
    "<Key>run/d/0.bin</Key><UploadId>u1</UploadId></Upload></ListMultipartUploadsResult>",
  `${DECLARED}<InitiateMultipartUploadResult ${NAMESPACE}><Bucket>assay</Bucket><Key>run/d/0.bin` +
    "</Key><UploadId>u1</UploadId></InitiateMultipartUploadResult>",
  `${DECLARED}<CompleteMultipartUploadResult ${NAMESPACE}><ETag>&quot;0123-2&quot;</ETag>` +
    "</CompleteMultipartUploadResult>",
  `${DECLARED}<CopyObjectResult ${NAMESPACE}><ETag>&quot;0123&quot;</ETag></CopyObjectResult>`,
  `${DECLARED}<DeleteResult ${NAMESPACE}><Deleted><Key>run/d/0.bin</Key></Deleted><Error><Key>` +
    "run/d/1.bin</Key><Code>AccessDenied</Code><Message>no</Message></Error></DeleteResult>",
  `${DECLARED}<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message>` +
    "<RequestId>1</RequestId></Error>",
  `${DECLARED}<Error><Code>PermanentRedirect</Code><Message>elsewhere</Message><Region>eu-west-1` +
    "</Region><Endpoint>assay.s3.eu-west-1.amazonaws.com</Endpoint></Error>",
  `${DECLARED}<Error><Code>RequestTimeTooSkewed</Code><Message>late</Message><ServerTime>` +
    "2026-11-26T03:05:22Z</ServerTime></Error>",
  `${DECLARED}<VersioningConfiguration ${NAMESPACE}><Status>Enabled</Status>` +
    "</VersioningConfiguration>",
  `${DECLARED}<Tagging ${NAMESPACE}><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet>` +
    "</Tagging>",
  "<!DOCTYPE html><html><head><title>Log in</title></head><body><p>Hello</p></body></html>",
  '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;&b;">]><ListBucketResult>&c;</ListBucketResult>',
];

const DATE = "Date: Thu, 26 Nov 2026 03:05:22 GMT\r\n";

function answer(status: string, headers: readonly string[], body: string): string {
  const length = `Content-Length: ${Buffer.byteLength(body)}`;
  return `HTTP/1.1 ${status}\r\n${DATE}${[...headers, length].join("\r\n")}\r\n\r\n${body}`;
}

const SIXTY_FOUR = "0123456789abcdef".repeat(4);
const xml = (status: string, index: number) =>
  answer(status, ["Content-Type: application/xml"], XML_BODIES[index] ?? "");

/** Whole answers, as bytes in latin1. */
export const HTTP_ANSWERS: readonly string[] = [
  answer("200 OK", [`ETag: ${TAG}`], SIXTY_FOUR),
  answer("206 Partial Content", [`ETag: ${TAG}`, "Content-Range: bytes 0-63/64"], SIXTY_FOUR),
  answer("200 OK", [`ETag: ${TAG}`, "x-amz-version-id: v1"], ""),
  `HTTP/1.1 200 OK\r\n${DATE}ETag: ${TAG}\r\nContent-Length: 64\r\n\r\n`,
  `HTTP/1.1 204 No Content\r\n${DATE}\r\n`,
  `HTTP/1.1 304 Not Modified\r\n${DATE}ETag: ${TAG}\r\n\r\n`,
  `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nETag: ${TAG}\r\nContent-Length: 0\r\n\r\n`,
  `HTTP/1.1 200 OK\r\n${DATE}ETag: ${TAG}\r\nTransfer-Encoding: chunked\r\n\r\n` +
    `20;a=b\r\n${SIXTY_FOUR.slice(32)}\r\n20\r\n${SIXTY_FOUR.slice(32)}\r\n0\r\nx: y\r\n\r\n`,
  `HTTP/1.0 200 OK\r\nETag: ${TAG}\r\n\r\n${SIXTY_FOUR}`,
  ...XML_BODIES.map((_, index) => xml("200 OK", index)),
  answer("503 Slow Down", ["Retry-After: 1", "x-amz-retry-after: 20"], XML_BODIES[8] ?? ""),
  answer("301 Moved Permanently", ["x-amz-bucket-region: eu-west-1"], XML_BODIES[9] ?? ""),
  answer("307 Temporary Redirect", ["Location: http://127.0.0.1:1/assay/x"], ""),
  answer("403 Forbidden", [], XML_BODIES[10] ?? ""),
  "SSH-2.0-OpenSSH_9.6\r\n",
  "\u0015\u0003\u0001\u0000\u0002\u0002\u0046",
];
