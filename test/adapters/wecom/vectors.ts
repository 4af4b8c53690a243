/** Documented test vectors V1 to V5 of the callback envelope; secrets as `VECTOR_SECRETS`. */
export const VECTORS = [
  {
    name: 'V1',
    receiveId: 'ww1234567890abcdef',
    timestamp: '1700000001',
    nonce: 'nonce123',
    random: '0123456789abcdef',
    message:
      '<xml><ToUserName><![CDATA[ww1234567890abcdef]]></ToUserName><FromUserName><![CDATA[zhangsan]]></FromUserName><CreateTime>1700000000</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[你好]]></Content><MsgId>7300000000000000001</MsgId><AgentID>1000002</AgentID></xml>',
    encrypt:
      '+gK9YTjtrUFsNpwN88lWjLr/A7n5k5fIFqp4oCGMTKRqVhDCUtJencHMlV0pAOjc8JN0pWCiSBLY+8NoV0UkP2OdDm9WiUq6ttRzNNUu54Dlgqexaz2mWXLJIvGcrj5WRtU+TRSIzCzZlGakDbm2w5e2r8BsGN2q9J4JqajUozba9DXcyY4Z5UL3RJpSJ9r59VTKY3nnawtGPloMbJBq3i55pAtp+T0hQjA4rTs/Wib1FDTpu97BQFGqcXrIYC+WIt+1f3x5OATrGd1vBPAyVP8NP12SIkxze8GkldTNqdAC7fAR2me93dDuK9BDhSAxJ5wQ9FLERSEtyeUD62WIgCAYW/5zHRoVGkLxhrwE4JyU824esrp/M149uUm3iCtSneiZXAczDYXtU643V5cvcHW8D6fFrsKmqy4GdWtfK/lq3RLCU4k5hM7+MNsKWyXV7nnV0MlJNGL7f9y/iAal6Q==',
    signature: 'd54aeb8ce041009069a0a000dd3b2c35e7442eb2',
  },
  {
    name: 'V2',
    receiveId: '',
    timestamp: '1700000002',
    nonce: 'nonce456',
    random: '0123456789abcdef',
    message:
      '{"msgid":"MSGID_1","aibotid":"AIBOTID","chatid":"wrCHATID","chattype":"group","from":{"userid":"zhangsan"},"response_url":"https://qyapi.weixin.qq.com/cgi-bin/aibot/response?response_code=RC1","msgtype":"text","text":{"content":"@RobotA 你好"}}',
    encrypt:
      '+gK9YTjtrUFsNpwN88lWjO5viK6r1Jo7/EU6/uPdute13XoXpoObxv9PRb8Cgl8a8n4Osl2RBHU8TZHHXJBvfHn5u4PmHmHSdTJ3hsfstFvCQvzHcyoErH6KQLg4PGo+ERbn57uyBQpxdhUJmNVVFToViIV87MPyG6Aer+jznihOsZNiWpa2Bcshyo9NSOnFR8F82hYdia2xMBiQaSG2DyNllSuScro/2BPqNIXzFVtGQs9fQ6Sz5Er9eLJSaviSBLoFhmoyOufbvsM9LkMRXrhZRqscbP64IWMgBfQhG22hkDhp+/KRp7mzq2cSK0vsBBEqKkD3XPy29kxvpPUyVhsh41/DpYZOfpzh1KT7xlJ25dlOCDu4DHLmYzKR1IFG',
    signature: '680b154c83c6dbe34613ba19bf92ba8246fed3d4',
  },
  {
    name: 'V3',
    receiveId: 'ww1234567890abcdef',
    timestamp: '1700000003',
    nonce: 'nonce789',
    random: '0123456789abcdef',
    message: '1616140317555161061',
    encrypt: '+gK9YTjtrUFsNpwN88lWjKleXmJvO/Z8rx063PjG3jGTkeIPdjRZ2Isb1Lin9WUIp6UOif5F/KBg5gFIysVD7Q==',
    signature: '15a333ae658ce30f5eed13ba5a16bbc76bfe3781',
  },
  {
    name: 'V4',
    receiveId: 'ww1234567890abcdef',
    timestamp: '1700000004',
    nonce: 'n4',
    random: '0123456789abcdef',
    message: 'aaaaaaaaaaaaaaaaaaaaaaaaaa',
    encrypt:
      '+gK9YTjtrUFsNpwN88lWjPa9V4sjcfPGKXA+AXkSxxY7Ge5HltFCifBpz8G9tRt7PTSotPRW5S+zM/nWmNHJQ60Uix9Gxgpy+HIDrs/Mfy5RqSQOdlH+kE3B5WFoXm9P',
    signature: '4f1bf3c67ce297853c569166fda81d0da01056a1',
  },
  {
    name: 'V5',
    receiveId: '',
    timestamp: '1700000005',
    nonce: 'nonce456',
    random: 'fedcba9876543210',
    message: '{"msgtype":"stream","stream":{"id":"s1","finish":true,"content":"ok"}}',
    encrypt:
      'hoD8KkfQ12Yugq1geK3lCEma2Ci3Siyf0C2sEG0+dns4e6uPWNZzZ9z2ocjNYLx8FNrQ7Hfg5DnJ7xRBVm+QcIFpT977Z8LAQGKF6A/i/H5TOfUj4uVL9EjsStRrm1o2',
    signature: '5f0ac4baf0cb0189d5c7fe1569bd8cebdcf77e7d',
  },
] as const
